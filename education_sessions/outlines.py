"""The templates of sessions, and what each month of a year is about."""

from dataclasses import dataclass
from datetime import time

from education_sessions.models import Audience, ItemKind, SessionKind


@dataclass(frozen=True, slots=True)
class Outline:
    """A template: all of a session that can be known before its day and its risk point are."""

    key: str
    title: str
    kind: SessionKind
    audience: Audience
    minutes: int
    at: time
    items: tuple[ItemKind, ...]
    also: tuple[SessionKind, ...] = ()
    topics: tuple[str, ...] = ()

    @property
    def duties(self) -> tuple[SessionKind, ...]:
        """All that it counts for."""
        return (self.kind, *self.also)


_K, _A, _I = SessionKind, Audience, ItemKind
_AFTERNOON, _MORNING = time(15, 0), time(8, 20)

OUTLINES = {
    outline.key: outline
    for outline in (
        Outline(
            "case-day", "主题党日：案例讨论", _K.PARTY_DAY, _A.ALL_STAFF, 45, _AFTERNOON,
            (_I.LESSON, _I.CASE, _I.CHECK, _I.QUESTIONS),
            also=(_K.WARNING_EDUCATION, _K.CASE_LECTURE),
        ),
        Outline(
            "film-day", "主题党日：看警示教育片", _K.PARTY_DAY, _A.ALL_STAFF, 50, _AFTERNOON,
            (_I.FILM, _I.CHECK, _I.QUESTIONS),
            also=(_K.WARNING_EDUCATION, _K.FILM),
        ),
        Outline(
            "party-day", "主题党日", _K.PARTY_DAY, _A.MEMBERS, 45, _AFTERNOON,
            (_I.LESSON, _I.CASE, _I.CHECK),
        ),
        Outline(
            "member-meeting", "支部党员大会和党课", _K.MEMBER_MEETING, _A.MEMBERS, 60, _AFTERNOON,
            (_I.TOPIC, _I.LESSON, _I.CASE, _I.CHECK), also=(_K.PARTY_LECTURE,),
            topics=("通报本季度学习和整改落实情况",),
        ),
        Outline(
            "committee", "支部委员会会议", _K.COMMITTEE, _A.COMMITTEE, 30, _AFTERNOON,
            (_I.TOPIC, _I.TOPIC), topics=("听取上次要求的落实情况", "商定下月学习安排"),
        ),
        Outline(
            "case-lecture", "案例宣讲", _K.CASE_LECTURE, _A.ALL_STAFF, 40, _AFTERNOON,
            (_I.LESSON, _I.CASE, _I.QUESTIONS), also=(_K.WARNING_EDUCATION,),
        ),
        Outline(
            "morning", "晨会集体看《廉政三分钟》", _K.MICRO_LESSON, _A.ALL_STAFF, 10, _MORNING,
            (_I.LESSON,),
        ),
        Outline(
            "heart-talk", "支部书记谈心日", _K.HEART_TALK_DAY, _A.MEMBERS, 60, _AFTERNOON,
            (_I.TOPIC,), topics=("逐人谈心，谈话内容不写进这份记录",),
        ),
        Outline(
            "life-meeting", "组织生活会和民主评议党员", _K.LIFE_MEETING, _A.MEMBERS, 120,
            _AFTERNOON, (_I.TOPIC, _I.TOPIC), also=(_K.APPRAISAL,),
            topics=("对照检查，开展批评和自我批评", "民主评议党员"),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Focus:
    """What two months of the year are about; the codes of risk points are a proposal."""

    words: str
    points: tuple[str, ...]


# 年度节奏建议（可配置模板）: January and February, and so on
FOCUSES = (
    Focus("节前提醒、年度承诺与申报", ("GF-24", "ZH-05", "ZH-10")),
    Focus("业扩与三指定", ("GF-01", "GF-02", "GF-03", "GF-04", "GF-05", "GF-06")),
    Focus("工程签证与分包，端午提醒", ("GC-03", "GC-04", "GC-08")),
    Focus("迎峰度夏抢修、材料管理", ("GC-12", "CW-08")),
    Focus("中秋国庆提醒，电费与反窃电", ("GF-09", "GF-17", "GF-18")),
    Focus("年末结算、备用金、废旧物资", ("CW-04", "CW-09", "GC-10")),
)


def focus_of(month: int) -> Focus:
    """Return what a month, counted from 1, is about."""
    return FOCUSES[(month - 1) // 2]
