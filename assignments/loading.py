"""Loading the trigger table: which conclusion asks for how much learning, and how soon."""

from datetime import datetime

from assignments.models import TrainingTrigger
from common.loading import ContentFolder
from risk_manual.models import RiskPointPage
from risk_warnings.models import ADVERSE_CONCLUSIONS, Conclusion, Level

FILE = "training_triggers.yaml"


def load(source: ContentFolder, *, now: datetime) -> None:
    """Load ``training_triggers.yaml``; a row is known by its point, level and conclusion."""
    points = {point.code: point for point in RiskPointPage.objects.live()}
    levels = {level.value: level.value for level in Level}
    conclusions = {c.value: c.value for c in Conclusion if c in ADVERSE_CONCLUSIONS}
    stored = {_code(trigger): trigger for trigger in TrainingTrigger.objects.all()}
    for row in source.rows(
        FILE, "triggers", required=["code", "level", "conclusion", "questions", "days"]
    ):
        found = (
            source.pick(FILE, row, "risk_point", points, what="风险点") if row["risk_point"] else []
        )
        trigger = stored.get(row["code"]) or TrainingTrigger()
        before = _fields(trigger) if trigger.pk else None
        wanted = TrainingTrigger(
            risk_point=found[0] if found else None,
            level=source.choice(FILE, row, "level", levels),
            conclusion=source.choice(FILE, row, "conclusion", conclusions),
            question_count=source.number(FILE, row, "questions"),
            days=source.number(FILE, row, "days"),
            pk=trigger.pk,
        )
        source.check(FILE, row, wanted, ["question_count", "days"])
        if not source.bad:
            source.settle(
                model=TrainingTrigger,
                code=row["code"],
                wanted=_fields(wanted),
                stored=before,
                write=wanted.save,
            )


def _code(trigger: TrainingTrigger) -> str:
    point = trigger.risk_point.code if trigger.risk_point else "all"
    return f"{point}/{trigger.level}/{trigger.conclusion}"


def _fields(trigger: TrainingTrigger) -> dict[str, object]:
    return {
        "code": _code(trigger),
        "question_count": trigger.question_count,
        "days": trigger.days,
    }
