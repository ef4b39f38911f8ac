"""Why each option is right or wrong, the clause and the control, once the answer is final."""

from dataclasses import dataclass
from datetime import datetime

from quizzes.models import Answer, Confidence, QuestionVersion
from quizzes.models.clauses import Clause, clauses_of
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


# What a person who judged themselves wrongly should read: being sure of a mistake is worth most.
REMARKS = {
    (Confidence.SURE, False): "您很确定，但这一题没答对：这样的地方最值得再看一遍。",
    (Confidence.UNSURE, True): "您不太确定，其实答对了：看看为什么对，下次就有把握。",
}


def explain(answer: Answer, *, at: datetime) -> Explanation:
    """Explain a given answer, with the control as it was in force at a moment; three queries.

    :raises ValueError: if the answer is not final yet.
    """
    if answer.is_right is None:
        raise ValueError(f"Answer {answer.pk} is not given yet")
    version = answer.asked
    scene, asked = version.scene_and_question()
    return Explanation(
        scene=scene,
        asked=asked,
        is_right=answer.is_right,
        options=[_option(answer, letter) for letter, _ in answer.shown_options()],
        given="" if version.has_options else " ".join(answer.response or []),
        right_answers="" if version.has_options else _right_answers(version),
        text=version.explanation,
        bases=clauses_of(version.bases),
        control=_control(version, at=at),
        remark=_remark(answer),
    )


def _option(answer: Answer, letter: str) -> ExplainedOption:
    option = dict(answer.shown_options())[letter]
    chosen = option["key"] in (answer.response or [])
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
