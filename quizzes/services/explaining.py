"""Why each option is right or wrong, the clause and the control, once the answer is final."""

from dataclasses import dataclass
from datetime import datetime

from quizzes.models import (
    Answer,
    AnswerMark,
    Confidence,
    QuestionVersion,
    Regrade,
    RegradeWay,
)
from quizzes.models.clauses import Clause, clauses_of
from quizzes.services.regrading import corrections_of, verdict_on
from risk_manual.models import Control, RiskPointEdition


@dataclass(frozen=True, slots=True)
class ExplainedOption:
    """An option with its verdict, in the place where the person saw it."""

    key: str
    text: str
    state: str
    note: str
    why: str


@dataclass(frozen=True, slots=True)
class MarkedPoint:
    """What a short answer should mention, and what was given for it."""

    text: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that the page after an answer says."""

    scene: str
    asked: str
    is_right: bool
    options: list[ExplainedOption]
    given: str
    right_answers: str
    text: str
    bases: list[Clause]
    control: Control | None
    remark: str
    points: list[MarkedPoint]
    model_answer: str
    comment: str
    correction: str


# What a person who judged themselves wrongly should read: being sure of a mistake is worth most.
REMARKS = {
    (Confidence.SURE, False): "您很确定，但这一题没答对：这样的地方最值得再看一遍。",
    (Confidence.UNSURE, True): "您不太确定，其实答对了：看看为什么对，下次就有把握。",
}


def explain(answer: Answer, *, at: datetime) -> Explanation:
    """Explain a given answer, with the control as it was in force at a moment; five queries.

    An answer that was judged anew is explained by the key it was judged by.

    :raises ValueError: if the answer is not final yet.
    """
    if answer.is_right is None:
        raise ValueError(f"Answer {answer.pk} is not given yet")
    last = corrections_of(answer).first()
    mark = answer.marks.filter(replaced_by=None).first()
    version = answer.asked
    scene, asked = version.scene_and_question()
    key = _key_of(answer, last)
    return Explanation(
        scene=scene,
        asked=asked,
        is_right=answer.is_right,
        options=[_option(answer, letter, key) for letter, _ in answer.shown_options()],
        given="" if version.has_options else " ".join(answer.response or []),
        right_answers="" if version.has_options else _right_answers(key),
        text=key.explanation,
        model_answer=key.model_answer,
        bases=clauses_of(key.bases),
        control=_control(key, at=at),
        remark=_remark(answer),
        points=_points(version, mark),
        comment=f"批改人的话：{mark.comment}" if mark and mark.comment else "",
        correction=_correction(answer, last),
    )


def _key_of(answer: Answer, last: Regrade | None) -> QuestionVersion:
    if last is None or last.way == RegradeWay.CREDIT or not _is_comparable(answer, last):
        return answer.asked
    return last.version.filled(answer.drawn)


def _is_comparable(answer: Answer, last: Regrade) -> bool:
    return verdict_on(answer, way=RegradeWay(last.way), key=last.version) is not None


def _correction(answer: Answer, last: Regrade | None) -> str:
    if last is None:
        return ""
    if last.way == RegradeWay.CREDIT:
        return f"这题后来人人算对：{last.reason}"
    if not _is_comparable(answer, last):
        return f"这题后来改写过，您当时的作答不改判：{last.reason}"
    verdict = verdict_on(answer, way=RegradeWay(last.way), key=last.version)
    kept = "；您当时按原来的答案算对，成绩不变" if answer.is_right and not verdict else ""
    return f"这题的答案后来更正过：{last.reason}{kept}"


def _points(version: QuestionVersion, mark: AnswerMark | None) -> list[MarkedPoint]:
    if mark is None:
        return [MarkedPoint(p["text"], "dim", "") for p in version.marking_points]
    return [
        MarkedPoint(
            point["text"],
            "right" if given == point["score"] else "dim",
            f"{given}分，满分{point['score']}分",
        )
        for point, given in zip(version.marking_points, mark.points, strict=True)
    ]


def _option(answer: Answer, letter: str, key: QuestionVersion) -> ExplainedOption:
    option = dict(answer.shown_options())[letter]
    chosen = option["key"] in (answer.response or [])
    option = next((o for o in key.options if o["text"] == option["text"]), option)
    if option["right"]:
        state, note = "right", "正确答案" + ("，你选对了" if chosen else "，你没有选")
        if not answer.version.takes_several:
            note = f"正确答案　{letter}"
    else:
        state, note = ("wrong", f"你选的　{letter}") if chosen else ("dim", "")
    return ExplainedOption(letter, option["text"], state, note, option["why"])


def _right_answers(version: QuestionVersion) -> str:
    return f"{version.answers[0]}{version.unit}" if version.answers else ""


def _control(version: QuestionVersion, *, at: datetime) -> Control | None:
    if version.control_seq is None:
        return None
    point = version.question.primary_risk_point_id
    editions = RiskPointEdition.objects.in_force(at=at).filter(point=point)
    return Control.objects.filter(edition__in=editions, seq=version.control_seq).first()


def _remark(answer: Answer) -> str:
    if answer.confidence is None or answer.is_right is None:
        return ""
    return REMARKS.get((Confidence(answer.confidence), answer.is_right), "")
