"""Publication freezes the text of a risk point."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from risk_manual.models import Control, ManualEdition, RiskPointEdition, RiskPointPage


@transaction.atomic
def freeze_point(*, point: RiskPointPage, now: datetime) -> RiskPointEdition:
    """Freeze the published text as the edition in force; an unchanged text keeps its edition.

    The edition that was open is closed at the moment the new one opens.
    """
    text = _text_of(point)
    controls = _controls_of(point)
    last = (
        RiskPointEdition.objects.filter(point=point)
        .prefetch_related("controls")
        .order_by("-number")
        .first()
    )
    opens_at = now
    if last is not None and last.effective_until is None:
        frozen = {(c.seq, c.order, c.text, c.origin) for c in last.controls.all()}
        if frozen == set(controls) and all(
            getattr(last, key) == value for key, value in text.items()
        ):
            return last
        # Two publications within one tick of the clock still are two editions.
        opens_at = max(now, last.effective_from + timedelta(microseconds=1))
        last.effective_until = opens_at
        last.save(update_fields=["effective_until"])
    edition = RiskPointEdition.objects.create(
        point=point,
        manual=ManualEdition.objects.filter(valid_to=None).first(),
        number=last.number + 1 if last else 1,
        effective_from=opens_at,
        **text,
    )
    Control.objects.bulk_create(
        Control(edition=edition, seq=seq, order=order, text=words, origin=origin)
        for seq, order, words, origin in controls
    )
    return edition


def _text_of(point: RiskPointPage) -> dict[str, Any]:
    return {
        "title": point.title,
        "level": point.level,
        "position_id": point.position_id,
        "reviewer_id": point.reviewer_id,
        "process": point.process,
        "power": point.power,
        "risk_description": point.risk_description,
        "typical_behaviours": list(point.typical_behaviours),
        "evidence": list(point.evidence),
        "citations": [
            {
                "code": citation.basis.code,
                "text": citation.text,
                "article": citation.article,
                "status": citation.status,
            }
            for citation in point.citations.all()
        ],
    }


def _controls_of(point: RiskPointPage) -> list[tuple[int, int, str, str]]:
    return [
        (control.seq, order, control.text, control.origin)
        for order, control in enumerate(point.controls.all())
    ]
