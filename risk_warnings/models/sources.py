"""What was delivered, what each theme made of it, and the findings with their frozen evidence."""

from typing import Self

from django.db import models
from django.db.models import Q

from risk_warnings.models.statuses import FindingChange, Level, RunStatus


class DataSource(models.Model):
    """One business system that delivers extracts; what its first import finds is backfill."""

    code = models.CharField("编码", max_length=10, unique=True)
    name = models.CharField("系统", max_length=60)
    owner_department = models.CharField("主管部门", max_length=60)
    first_imported_at = models.DateTimeField("首次导入", null=True, blank=True)
    last_imported_at = models.DateTimeField("最近导入", null=True, blank=True)
    last_delivered_on = models.DateField("最近送达", null=True, blank=True)

    class Meta:
        verbose_name = "数据源"
        verbose_name_plural = "数据源"

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class SourceBatch(models.Model):
    """One import of a folder of extracts.

    ``digest`` is the sha256 of everything that decides the outcome: the files, the day, the
    versions of the rules and the whitelist. The same batch again is the same row.
    """

    digest = models.CharField("校验值", max_length=64, unique=True)
    as_of = models.DateField("数据截至")
    imported_at = models.DateTimeField("导入时间")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    imported_by = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="导入人",
    )
    engine_backend = models.CharField("运行方式", max_length=40)
    files = models.JSONField("文件", default=list)
    file_count = models.PositiveIntegerField("文件数", default=0)
    row_count = models.PositiveBigIntegerField("行数", default=0)
    rejected_count = models.PositiveIntegerField("隔离行数", default=0)
    duplicate_count = models.PositiveIntegerField("重复行数", default=0)
    corrected_count = models.PositiveIntegerField("后一次送达更正的行数", default=0)
    notes = models.JSONField("说明", default=list)

    class Meta:
        verbose_name = "数据批次"
        verbose_name_plural = "数据批次"
        indexes = [models.Index(fields=["-imported_at"], name="risk_warnings_batch_newest")]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d}批次"


class RowError(models.Model):
    """A row that was quarantined, or a fault of a whole file (without a row number).

    个人信息：被隔离单元格的原值。
    """

    batch = models.ForeignKey(
        SourceBatch, models.CASCADE, related_name="row_errors", verbose_name="批次"
    )
    table = models.CharField("表", max_length=60)
    file = models.CharField("文件", max_length=200)
    row = models.PositiveIntegerField("行", null=True, blank=True)
    column = models.CharField("列", max_length=60, blank=True)
    value = models.CharField("原值", max_length=200, blank=True)
    reason = models.CharField("原因", max_length=300)
    themes = models.JSONField("影响的主题", default=list)

    class Meta:
        verbose_name = "行错误"
        verbose_name_plural = "行错误"

    def __str__(self) -> str:
        where = f"第{self.row}行" if self.row else "整个文件"
        return f"{self.file} {where}：{self.reason}"


class RuleRunQuerySet(models.QuerySet["RuleRun"]):
    def latest_of_each_theme(self) -> Self:
        """Return each theme's newest run."""
        newest = (
            RuleRun.objects.order_by()
            .values("theme")
            .annotate(newest=models.Max("pk"))
            .values("newest")
        )
        return self.filter(pk__in=newest)

    def counted(self) -> Self:
        """Return the runs whose findings were stored."""
        return self.filter(status=RunStatus.RAN)


class RuleRun(models.Model):
    """What one theme made of one batch; a grey theme stores its health and no warning.

    ``braked_at`` is set where the run gave far more than the theme is used to; its tips then wait
    for one officer's decision.
    """

    batch = models.ForeignKey(SourceBatch, models.CASCADE, related_name="runs", verbose_name="批次")
    theme = models.CharField("主题", max_length=8, db_index=True)
    status = models.CharField("状态", max_length=10, choices=RunStatus)
    reasons = models.JSONField("原因", default=list)
    grey_stations = models.JSONField("缺数据的单位", default=dict)
    rule_version = models.CharField("规则版本", max_length=80)
    parameters = models.JSONField("参数", default=dict)
    as_of = models.DateField("数据截至")
    finished_at = models.DateTimeField("完成时间")
    seconds = models.FloatField("用时（秒）", default=0)
    is_backfill = models.BooleanField("首次导入", default=False)
    tables = models.JSONField("各表的行", default=list)
    subjects_seen = models.PositiveIntegerField("评判对象", default=0)
    excluded = models.JSONField("排除项", default=dict)
    whitelisted = models.PositiveIntegerField("白名单", default=0)
    inconclusive = models.PositiveIntegerField("缺数据", default=0)
    found = models.PositiveIntegerField("发现", default=0)
    found_grey = models.PositiveIntegerField("缺数据时的发现", default=0)
    stored_new = models.PositiveIntegerField("新入库", default=0)
    braked_at = models.DateTimeField("限流时间", null=True, blank=True)
    brake_released_at = models.DateTimeField("限流解除", null=True, blank=True)
    brake_released_by = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="解除人",
    )

    objects = RuleRunQuerySet.as_manager()

    class Meta:
        verbose_name = "规则运行"
        verbose_name_plural = "规则运行"
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "theme"], name="risk_warnings_theme_runs_once_a_batch"
            ),
            models.CheckConstraint(
                condition=Q(status=RunStatus.RAN) | Q(stored_new=0),
                name="risk_warnings_grey_theme_stores_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.theme} {self.as_of:%Y-%m-%d} {self.get_status_display()}"

    @property
    def is_braked(self) -> bool:
        """Whether the tips of this run still wait for an officer."""
        return self.braked_at is not None and self.brake_released_at is None


class StoredFindingQuerySet(models.QuerySet["StoredFinding"]):
    def standing(self) -> Self:
        """Return the findings that the data still show."""
        return self.filter(gone_at=None)


class StoredFinding(models.Model):
    """One finding, known by its fingerprint on every machine and in every run."""

    fingerprint = models.CharField("指纹", max_length=64, unique=True)
    theme = models.CharField("主题", max_length=8)
    subject = models.CharField("对象", max_length=120)
    period = models.CharField("期间", max_length=20, blank=True)
    org_code = models.CharField("单位编码", max_length=20, blank=True)
    rules = models.JSONField("规则", default=list)
    level = models.CharField("级别", max_length=10, choices=Level)
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2, null=True, blank=True)
    occurred_on = models.DateField("发生日")
    digest = models.CharField("内容校验值", max_length=64)
    warning = models.ForeignKey(
        "risk_warnings.RiskWarning",
        models.PROTECT,
        related_name="findings",
        verbose_name="预警",
    )
    first_stored_at = models.DateTimeField("入库时间")
    gone_at = models.DateTimeField("消失时间", null=True, blank=True)

    warning_id: int

    objects = StoredFindingQuerySet.as_manager()

    class Meta:
        verbose_name = "发现"
        verbose_name_plural = "发现"
        indexes = [models.Index(fields=["theme", "subject"], name="risk_warnings_finding_subject")]

    def __str__(self) -> str:
        return f"{self.theme} {self.subject} {self.period}".strip()


class FindingVersion(models.Model):
    """What a finding looked like in a run: frozen, never changed.

    ``evidence`` holds for each source row its table, key, file, row number and the values it had.
    个人信息：证据中的姓名、工号。
    """

    finding = models.ForeignKey(
        StoredFinding, models.PROTECT, related_name="versions", verbose_name="发现"
    )
    number = models.PositiveIntegerField("版本")
    warning = models.ForeignKey(
        "risk_warnings.RiskWarning", models.PROTECT, related_name="versions", verbose_name="预警"
    )
    run = models.ForeignKey(RuleRun, models.PROTECT, related_name="versions", verbose_name="运行")
    change = models.CharField("变化", max_length=10, choices=FindingChange)
    stored_at = models.DateTimeField("入库时间")
    rules = models.JSONField("规则", default=list)
    level = models.CharField("级别", max_length=10, choices=Level)
    receiver_emp_no = models.CharField("数据指向的工号", max_length=20, blank=True)
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2, null=True, blank=True)
    occurred_on = models.DateField("发生日")
    measures = models.JSONField("数值", default=dict)
    evidence = models.JSONField("证据", default=list)
    sentence = models.TextField("提示语")
    explanation = models.TextField("解释")
    rule_version = models.CharField("规则版本", max_length=80)
    parameters = models.JSONField("参数", default=dict)
    batches = models.JSONField("批次文件", default=list)

    finding_id: int
    warning_id: int

    class Meta:
        verbose_name = "发现的版本"
        verbose_name_plural = "发现的版本"
        constraints = [
            models.UniqueConstraint(
                fields=["finding", "number"], name="risk_warnings_finding_version_numbers"
            )
        ]

    def __str__(self) -> str:
        return f"{self.finding}第{self.number}版"
