"""Loading the films of warning education."""

from datetime import datetime
from functools import partial

from common.loading import ContentFolder
from education_sessions.models import Film
from risk_manual.models import RiskPointPage

FILE = "courses.yaml"
_PLAIN = ("code", "title", "minutes", "synopsis", "discussion_questions")


def load(source: ContentFolder, *, now: datetime) -> None:
    """Load the films of ``courses.yaml``."""
    points = {point.code: point for point in RiskPointPage.objects.live()}
    stored = {film.code: film for film in Film.objects.prefetch_related("risk_points")}
    for row in source.rows(FILE, "films", required=[*_PLAIN, "risk_points"]):
        film = stored.get(row["code"]) or Film()
        before = _fields(film) if film.pk else None
        about = source.pick(FILE, row, "risk_points", points, what="风险点")
        wanted = Film(
            pk=film.pk,
            code=source.text(FILE, row, "code"),
            title=source.text(FILE, row, "title"),
            minutes=source.number(FILE, row, "minutes"),
            synopsis=source.text(FILE, row, "synopsis"),
            discussion_questions=source.lines(FILE, row, "discussion_questions"),
        )
        source.check(FILE, row, wanted, _PLAIN[1:])
        if not source.bad:
            source.settle(
                model=Film,
                code=row["code"],
                wanted={
                    **{name: getattr(wanted, name) for name in _PLAIN},
                    "risk_points": sorted(point.code for point in about),
                },
                stored=before,
                write=partial(_write, wanted, about),
            )


def _write(film: Film, about: list[RiskPointPage]) -> None:
    film.save()
    film.risk_points.set(about)


def _fields(film: Film) -> dict[str, object]:
    return {
        **{name: getattr(film, name) for name in _PLAIN},
        "risk_points": sorted(point.code for point in film.risk_points.all()),
    }
