"""One factory a model, valid with no arguments, in the order of the house's layers."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import factory
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.timezone import make_aware
from wagtail.models import Site

from cases.models import AmountBand, CasePage, Ending, FoundBy, TurningPoint
from courses.models import DecisionOption, LessonPart, MediaFile, MediaKind, MicroLessonPage
from education_sessions.models import (
    AgendaItem,
    Attendance,
    Audience,
    EducationSession,
    Film,
    ItemKind,
    SessionDuty,
    SessionKind,
)
from jobs.models import Job
from people.models import (
    BranchCoverage,
    Employee,
    EmploymentType,
    OrgUnit,
    PartyBranch,
    Position,
    PositionLevel,
    Posting,
    Role,
    RoleGrant,
    UnitKind,
    User,
)
from quizzes.models import Question, QuestionStatus, QuestionType
from quizzes.services.bank import freeze
from risk_manual.models import (
    LegalBasis,
    MonitoringKind,
    RiskLevel,
    RiskPointPage,
    Verification,
)
from risk_warnings.models import (
    FindingChange,
    FindingVersion,
    RiskWarning,
    RuleRun,
    RunStatus,
    SourceBatch,
    StoredFinding,
    TipTime,
)
from tests import media

LONG_AGO = date(2020, 1, 1)
PASSWORD = "qing-feng-xu-lai-2026"


class JobFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Job

    kind = "jobs.remove_old_files"
    key = factory.Sequence(lambda n: f"2026-11-{n}")
    title = "清理任务文件"
    run_at = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    created_at = factory.SelfAttribute("run_at")


class CityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OrgUnit
        django_get_or_create = ("code",)

    code = "JC"
    name = "江城供电公司"
    kind = UnitKind.CITY
    parent = None
    path = "JC/"


class CountyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OrgUnit

    code = factory.Sequence(lambda n: f"JC{n:02d}")
    name = factory.Sequence(lambda n: f"第{n}县供电公司")
    kind = UnitKind.COUNTY
    parent = factory.SubFactory(CityFactory)
    path = factory.LazyAttribute(lambda o: f"{o.parent.path}{o.code}/")


class StationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OrgUnit

    code = factory.Sequence(lambda n: f"ST{n:03d}")
    name = factory.Sequence(lambda n: f"第{n}供电所")
    kind = UnitKind.STATION
    parent = factory.SubFactory(CountyFactory)
    path = factory.LazyAttribute(lambda o: f"{o.parent.path}{o.code}/")


class PartyBranchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PartyBranch

    code = factory.Sequence(lambda n: f"ZB{n:03d}")
    name = factory.Sequence(lambda n: f"第{n}党支部")
    unit = factory.SubFactory(StationFactory)


class BranchCoverageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BranchCoverage

    branch = factory.SubFactory(PartyBranchFactory)
    unit = factory.SelfAttribute("branch.unit")
    valid_from = LONG_AGO


class PositionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Position
        django_get_or_create = ("code",)

    code = "account_manager"
    name = factory.LazyAttribute(
        lambda post: (
            "客户经理（台区经理）" if post.code == "account_manager" else f"岗位{post.code}"
        )
    )
    level = PositionLevel.STATION


class EmployeeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Employee

    emp_no = factory.Sequence(lambda n: f"3301{n:06d}")
    name = factory.Sequence(lambda n: f"员工{n}")
    employment_type = EmploymentType.DIRECT
    joined_on = LONG_AGO


class UserFactory(factory.django.DjangoModelFactory):
    """An account of an employee; ``client.force_login(UserFactory(employee=…))``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    employee = factory.SubFactory(EmployeeFactory)
    username = factory.SelfAttribute("employee.emp_no")
    password = factory.django.Password(PASSWORD)


class PostingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Posting

    employee = factory.SubFactory(EmployeeFactory)
    unit = factory.SubFactory(StationFactory)
    position = factory.SubFactory(PositionFactory)
    valid_from = LONG_AGO


class RoleGrantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RoleGrant

    employee = factory.SubFactory(EmployeeFactory)
    role = Role.DISCIPLINE_OFFICER
    unit = factory.SubFactory(CityFactory)
    valid_from = LONG_AGO


class RiskPointPageFactory(factory.django.DjangoModelFactory):
    """A live risk point, held by the account manager and reviewed by the deputy head."""

    class Meta:
        model = RiskPointPage

    code = factory.Sequence(lambda n: f"GF-{n + 100}")
    title = "基本电费少收漏收"
    slug = factory.LazyAttribute(lambda o: o.code.lower())
    level = RiskLevel.HIGH
    position = factory.SubFactory(PositionFactory)
    reviewer = factory.SubFactory(PositionFactory, code="deputy_head", name="供电所副所长")
    process = "电费管理—基本电费"
    power = "核定基本电费的计费方式和容量"
    risk_description = "暂停期间继续用电而不计费。"
    monitoring_kind = MonitoringKind.DATA

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return Site.objects.get(is_default_site=True).root_page.add_child(
            instance=model_class(*args, **kwargs)
        )


class LegalBasisFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LegalBasis
        django_get_or_create = ("code",)

    code = "JBDJ"
    title = "关于完善两部制电价用户基本电价执行方式的通知"
    status = Verification.UNVERIFIED


class QuestionFactory(factory.django.DjangoModelFactory):
    """A published single choice with A to D, B right; ``published=False`` is a draft."""

    class Meta:
        model = Question
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"GF-09-{n + 1}")
    type = QuestionType.SINGLE
    primary_risk_point = factory.SubFactory(RiskPointPageFactory)
    stem = factory.Sequence(lambda n: f"第{n}个客户说今晚还要赶单，明天自己停，你怎么办？")
    options = factory.LazyAttribute(
        lambda o: (
            []
            if o.type in {QuestionType.FILL, QuestionType.SHORT}
            else [
                ("option", {"text": f"做法{n}", "right": n == 2, "why": f"缘由{n}"})
                for n in range(1, 5)
            ]
        )
    )
    explanation = "对应措施1：现场封了才能算。"
    control_seq = 1
    edited_at = make_aware(datetime(2026, 11, 1, 9, 0))

    @factory.post_generation
    def published(self, create, extracted, **kwargs):
        self.risk_points.add(self.primary_risk_point)
        if extracted is not False:
            self.version = freeze(self, now=self.edited_at)
            self.version.save()
            self.status = QuestionStatus.PUBLISHED
            self.save()


class CasePageFactory(factory.django.DjangoModelFactory):
    """A live teaching case with one turning point."""

    class Meta:
        model = CasePage

    code = factory.Sequence(lambda n: f"AL-{n + 100}")
    title = "“睡着”的变压器"
    slug = factory.LazyAttribute(lambda o: o.code.lower())
    disclaimer = "本案例为教学自编示例。"
    story = "老板说“先别急着封”。陈某收下一张购物卡，没有到场。五个月后，平台发出预警。"
    consequences = "陈某受到党内严重警告处分。"
    handled = "党内严重警告，少收电费追回"
    lesson = "封停日期直接决定收费。三道关口守住一道就不会发生。"
    amount_band = AmountBand.FROM_30K
    found_by = FoundBy.DATA_WARNING
    ending = Ending.WARNING
    reading_minutes = 3

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        risk_points = kwargs.pop("risk_points", [])
        positions = kwargs.pop("positions", [])
        case = model_class(*args, **kwargs)
        case.turning_points = [
            TurningPoint(
                at="没有到场",
                question="这时你会…",
                options=["先填日期", "人到、封上才算"],
                comment="没停就照收。",
                sort_order=0,
            )
        ]
        Site.objects.get(is_default_site=True).root_page.add_child(instance=case)
        case.risk_points.set(risk_points)
        case.positions.set(positions)
        case.save()
        return case


class MicroLessonPageFactory(factory.django.DjangoModelFactory):
    """A live micro-lesson of 60 seconds that stops at second 30; its second option is good."""

    class Meta:
        model = MicroLessonPage

    code = factory.Sequence(lambda n: f"WK-{n + 100}")
    title = "一台睡着的变压器"
    slug = factory.LazyAttribute(lambda o: o.code.lower())
    duration_seconds = 60
    decision_situation = "客户说明天自己停，你怎么办？"
    recall_question = "加封照片里哪三样要同框？"
    recall_answer = "封印号、铭牌、当日工单。"
    key_sentence = "现场封了才能算。"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        lesson = model_class(*args, **kwargs)
        lesson.script = [
            LessonPart(part=name, seconds=seconds, text=text, sort_order=order)
            for order, (name, seconds, text) in enumerate(
                [
                    ("开场", 10, "各位同事，先算一道账。" * 5),
                    ("讲案", 20, "我们看一个教学案例。" * 10),
                    ("讲理", 20, "三道锁，一道也不能少。" * 10),
                    ("收尾", 10, "规矩硬一点，人就安全一点。" * 5),
                ]
            )
        ]
        lesson.decision_options = [
            DecisionOption(text=text, is_good=good, comment=comment, sort_order=order)
            for order, (text, good, comment) in enumerate(
                [
                    ("先填日期，明早补封", False, "日期写下去，少收就开始了"),
                    ("还在用就改约", True, "封不了就不算停"),
                    ("留搭档等", False, "少一双眼睛"),
                ]
            )
        ]
        return Site.objects.get(is_default_site=True).root_page.add_child(instance=lesson)


class MediaFileFactory(factory.django.DjangoModelFactory):
    """A recording of 60 seconds as it was uploaded; give ``data`` for another content."""

    class Meta:
        model = MediaFile
        exclude = ["data"]

    data = factory.LazyFunction(media.wav)
    title = "一台睡着的变压器"
    kind = MediaKind.AUDIO
    name = "recording.wav"
    content_type = "audio/wav"
    seconds = 60
    file = factory.LazyAttribute(lambda o: ContentFile(o.data, o.name))
    size = factory.LazyAttribute(lambda o: len(o.data))
    sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.data).hexdigest())
    uploaded_by = factory.SubFactory(UserFactory)
    uploaded_at = factory.LazyFunction(timezone.now)


class SourceBatchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SourceBatch

    digest = factory.Sequence(lambda n: f"{n:064x}")
    as_of = date(2026, 11, 23)
    imported_at = make_aware(datetime(2026, 11, 24, 8, 30))
    finished_at = factory.SelfAttribute("imported_at")
    engine_backend = "duckdb"


class RuleRunFactory(factory.django.DjangoModelFactory):
    """A run of T01 that counted; ``status=RunStatus.GREY`` is one whose data were missing."""

    class Meta:
        model = RuleRun

    batch = factory.SubFactory(SourceBatchFactory)
    theme = "T01"
    status = RunStatus.RAN
    rule_version = "T01@4e21fa7f5eb2"
    as_of = factory.SelfAttribute("batch.as_of")
    finished_at = factory.SelfAttribute("batch.imported_at")


class RiskWarningFactory(factory.django.DjangoModelFactory):
    """A pending medium warning of T01 with its frozen evidence; nobody has been told yet.

    ``told=True`` has the receiver told, ``triaged=True`` the head of the station as well.
    """

    class Meta:
        model = RiskWarning
        skip_postgeneration_save = True

    class Params:
        told = factory.Trait(
            tip_at=make_aware(datetime(2026, 11, 20, 9, 0)),
            reply_due_at=make_aware(datetime(2026, 11, 27, 17, 30)),
        )
        triaged = factory.Trait(
            status="notified",
            tip_at=make_aware(datetime(2026, 11, 20, 9, 0)),
            reply_due_at=make_aware(datetime(2026, 11, 27, 17, 30)),
            head_told_at=make_aware(datetime(2026, 11, 20, 9, 0)),
        )
        sealed = factory.Trait(
            sealed_at=make_aware(datetime(2026, 11, 20, 8, 30)), tip_policy=TipTime.SEALED
        )

    number = factory.Sequence(lambda n: f"YJ-2026-{n + 1:04d}")
    theme = "T01"
    subject = factory.Sequence(lambda n: f"3301{n:08d}")
    rules = ["R1"]
    title = "一户2026年10月基本电费疑似少收4,000元"
    unit = factory.SubFactory(StationFactory)
    risk_point = factory.SubFactory(RiskPointPageFactory)
    level = "medium"
    first_level = factory.SelfAttribute("level")
    receiver = factory.SubFactory(EmployeeFactory)
    named_person = factory.SelfAttribute("receiver")
    receiver_position = "account_manager"
    amount = "4000.00"
    occurred_on = date(2026, 10, 31)
    stored_at = make_aware(datetime(2026, 11, 20, 8, 30))
    tip_policy = TipTime.AFTER_TRIAGE
    triage_due_at = make_aware(datetime(2026, 11, 25, 17, 30))

    @factory.post_generation
    def evidence(self, create, extracted, **kwargs):
        finding = StoredFinding.objects.create(
            fingerprint=f"{self.pk:064x}",
            theme=self.theme,
            subject=self.subject,
            period="202610",
            org_code=self.unit.code if self.unit else "",
            rules=self.rules,
            level=self.level,
            amount=self.amount,
            occurred_on=self.occurred_on,
            digest=f"{self.pk:064x}",
            warning=self,
            first_stored_at=self.stored_at,
        )
        self.latest = FindingVersion.objects.create(
            finding=finding,
            number=1,
            warning=self,
            run=RuleRunFactory(theme=self.theme),
            change=FindingChange.NEW,
            stored_at=self.stored_at,
            rules=self.rules,
            level=self.level,
            amount=self.amount,
            occurred_on=self.occurred_on,
            measures={"expected_fee": "30900.00", "billed_fee": "26900.00", "diff": "4000.00"},
            evidence=[
                {
                    "table": "mkt_bill",
                    "key": {"bill_id": "B1"},
                    "file": "mkt_bill/2026-11-23.csv",
                    "row": 12,
                    "values": {
                        "cust_no": self.subject,
                        "bill_month": "202610",
                        "basic_fee_amount": "26900.00",
                    },
                },
                {
                    "table": "mkt_customer",
                    "key": {"cust_no": self.subject},
                    "file": "mkt_customer/2026-11-23.csv",
                    "row": 3,
                    "values": {"cust_no": self.subject, "cust_name": "江城塑料制品厂"},
                },
            ],
            sentence=f"江城塑料制品厂（{self.subject}）10月疑似少收4,000元，请于{{due_date}}前说明。",
            explanation="复算应收30,900元，账单26,900元，相差4,000元。若启封日晚四天，则不会触发。",
            rule_version="T01@4e21fa7f5eb2",
        )
        self.save()


class FilmFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Film

    code = factory.Sequence(lambda n: f"FX-{n + 100}")
    title = factory.Sequence(lambda n: f"曲线{n}")
    minutes = 18
    synopsis = "一条用电曲线在深夜里没有停下来。"
    discussion_questions = ["哪一步最早看得见？"]


class EducationSessionFactory(factory.django.DjangoModelFactory):
    """A case discussion of a branch at 15:00, that counts for its kind alone; nobody is listed."""

    class Meta:
        model = EducationSession
        skip_postgeneration_save = True

    branch = factory.SubFactory(PartyBranchFactory)
    kind = SessionKind.PARTY_DAY
    outline = "case-day"
    title = "主题党日：基本电费少收漏收"
    audience = Audience.ALL_STAFF
    starts_at = make_aware(datetime(2026, 11, 24, 15, 0))
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + timedelta(minutes=45))
    place = "党员活动室"
    host = factory.SubFactory(EmployeeFactory)
    created_by = factory.SelfAttribute("host")
    created_at = make_aware(datetime(2026, 11, 20, 9, 0))
    changed_at = factory.SelfAttribute("created_at")

    @factory.post_generation
    def duties(self, create, extracted, **kwargs):
        for kind in extracted or [self.kind]:
            SessionDuty.objects.create(session=self, kind=kind)


class AgendaItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AgendaItem

    session = factory.SubFactory(EducationSessionFactory)
    order = factory.Sequence(lambda n: n + 1)
    kind = ItemKind.TOPIC
    title = "听取上次要求的落实情况"
    minutes = 15


class AttendanceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Attendance

    session = factory.SubFactory(EducationSessionFactory)
    employee = factory.SubFactory(EmployeeFactory)
    is_member = factory.SelfAttribute("employee.is_party_member")
