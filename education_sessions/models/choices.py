"""The words of the field: forms, lists, states."""

from django.db import models


class SessionKind(models.TextChoices):
    MEMBER_MEETING = "member_meeting", "支部党员大会"
    COMMITTEE = "committee", "支部委员会会议"
    PARTY_DAY = "party_day", "主题党日"
    PARTY_LECTURE = "party_lecture", "党课"
    LIFE_MEETING = "life_meeting", "组织生活会"
    APPRAISAL = "appraisal", "民主评议党员"
    HEART_TALK_DAY = "heart_talk_day", "谈心日"
    WARNING_EDUCATION = "warning_education", "警示教育"
    FILM = "film", "警示教育片"
    CASE_LECTURE = "case_lecture", "案例宣讲"
    MICRO_LESSON = "micro_lesson", "廉政三分钟"


class Audience(models.TextChoices):
    """Who is to come; each list holds the ones before it."""

    COMMITTEE = "committee", "支委"
    MEMBERS = "members", "党员"
    ALL_STAFF = "all_staff", "全体员工"

    def includes(self, other: str) -> bool:
        """Return whether everybody on the other list is on this one."""
        order = list(Audience)
        return order.index(self) >= order.index(Audience(other))


class Period(models.TextChoices):
    MONTH = "month", "每月"
    TWO_MONTHS = "two_months", "每两月"
    QUARTER = "quarter", "每季度"
    YEAR = "year", "每年"

    @property
    def months(self) -> int:
        """How many months it lasts."""
        return {"month": 1, "two_months": 2, "quarter": 3, "year": 12}[self.value]

    @property
    def present(self) -> str:
        """The running one, as people say it: 本月, 本季度."""
        return {"month": "本月", "two_months": "这两个月", "quarter": "本季度", "year": "今年"}[
            self.value
        ]


class SessionStatus(models.TextChoices):
    """What was decided about a session; whether it runs or is over, the clock says."""

    PLANNED = "planned", "已排"
    CANCELLED = "cancelled", "已取消"


class ItemKind(models.TextChoices):
    LESSON = "lesson", "微课"
    CASE = "case", "案例讨论"
    FILM = "film", "警示教育片"
    CHECK = "check", "对照检查"
    QUESTIONS = "questions", "现场测验"
    TOPIC = "topic", "议题"


class AttendanceStatus(models.TextChoices):
    EXPECTED = "expected", "未到"
    PRESENT = "present", "实到"
    LEAVE = "leave", "请假"
    ABSENT = "absent", "缺席"


ABSENT_STATUSES = frozenset({AttendanceStatus.LEAVE, AttendanceStatus.ABSENT})


class SignInWay(models.TextChoices):
    SCAN = "scan", "本人扫码"
    CODE = "code", "本人输入签到码"
    ROLL = "roll", "书记补签"
