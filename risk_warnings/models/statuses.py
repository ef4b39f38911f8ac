"""The words of the workflow: levels, states, conclusions. What may follow is in transitions."""

from django.db import models


class Level(models.TextChoices):
    HIGH = "high", "高"
    MEDIUM = "medium", "中"
    LOW = "low", "低"

    @property
    def weight(self) -> int:
        """3 for high, 2 for medium, 1 for low: levels are compared by it."""
        return {"high": 3, "medium": 2, "low": 1}[self.value]


class WarningStatus(models.TextChoices):
    PENDING = "pending", "待研判"
    NOTIFIED = "notified", "已提示"
    TICKETED = "ticketed", "已转工单"
    MERGED = "merged", "已并入"
    DISMISSED = "dismissed", "已排除"
    RESOLVED = "resolved", "已办结"
    WITHDRAWN = "withdrawn", "数据更正撤回"


# A merged warning is open as long as what it was merged into.
OPEN_WARNING_STATUSES = frozenset(
    {WarningStatus.PENDING, WarningStatus.NOTIFIED, WarningStatus.TICKETED}
)


class OrderStatus(models.TextChoices):
    DRAFT = "draft", "待下发"
    ISSUED = "issued", "待签收"
    ACCEPTED = "accepted", "待核查"
    VERIFYING = "verifying", "核查中"
    SUBMITTED = "submitted", "待审核"
    REVIEWING = "reviewing", "审核中"
    RETURNED = "returned", "退回补充"
    RECTIFYING = "rectifying", "整改中"
    RECTIFIED = "rectified", "整改待验"
    TRANSFERRED = "transferred", "已移交"
    REOPENED = "reopened", "重新打开"
    CLOSED = "closed", "已销号"
    CANCELLED = "cancelled", "已撤销"


ENDED_ORDER_STATUSES = frozenset({OrderStatus.CLOSED, OrderStatus.CANCELLED})
OPEN_ORDER_STATUSES = frozenset(set(OrderStatus) - ENDED_ORDER_STATUSES)


class Conclusion(models.TextChoices):
    FALSE_POSITIVE = "false_positive", "误报"
    DATA_ISSUE = "data_issue", "数据问题"
    BUSINESS_ERROR = "business_error", "业务差错"
    CONTROL_WEAKNESS = "control_weakness", "管理缺陷"
    VIOLATION_CONFIRMED = "violation_confirmed", "违规属实"
    SUSPECTED_VIOLATION = "suspected_violation", "疑似违规"


CLEARING_CONCLUSIONS = frozenset({Conclusion.FALSE_POSITIVE, Conclusion.DATA_ISSUE})
ADVERSE_CONCLUSIONS = frozenset(
    {Conclusion.BUSINESS_ERROR, Conclusion.CONTROL_WEAKNESS, Conclusion.VIOLATION_CONFIRMED}
)


class TriageAction(models.TextChoices):
    DISMISS = "dismiss", "排除"
    MERGE = "merge", "合并"
    NOTIFY = "notify", "提示"
    TICKET = "ticket", "转工单"
    SEAL = "seal", "封存"
    UNSEAL = "unseal", "解除封存"


class TipTime(models.TextChoices):
    AT_ONCE = "at_once", "入库即提示"
    AFTER_TRIAGE = "after_triage", "研判后提示"
    SEALED = "sealed", "封存"


class RunStatus(models.TextChoices):
    RAN = "ran", "正常"
    GREY = "grey", "数据缺失"
    REFUSED = "refused", "数据无法读取"


class FindingChange(models.TextChoices):
    NEW = "new", "新出现"
    CHANGED = "changed", "内容有变，级别不变"
    HIGHER = "higher", "级别升高"
    LOWER = "lower", "级别降低"
    GONE = "gone", "数据更正后消失"
    RETURNED = "returned", "消失后再次出现"
