"""Loads all of ``content/``: everything, or nothing."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Model
from wagtail.models import ReferenceIndex, Site
from wagtail.search.backends import get_search_backend
from wagtail.signal_handlers import disable_reference_index_auto_update

import assignments.loading
import cases.loading
import courses.loading
import education_sessions.loading
import quizzes.loading
import risk_manual.loading
from cases.models import CasePage
from common.loading import BadContent, ContentFolder
from common.pages import search_index_at_rest
from courses.models import CoursePage, LessonPage, MicroLessonPage
from home.editors import editors_group
from quizzes.models import Question
from risk_manual.models import LegalBasis, RegisterPoint, RiskPointEdition, RiskPointPage

# Each refers to what the ones before it have loaded.
LOADERS = (
    risk_manual.loading.load,
    quizzes.loading.load,
    cases.loading.load,
    courses.loading.load,
    education_sessions.loading.load,
    assignments.loading.load,
)

# What is found by searching, with the children that are searched or refer to others.
SEARCHED: dict[type[Model], tuple[str, ...]] = {
    LegalBasis: ("articles",),
    RegisterPoint: ("mappings",),
    RiskPointPage: ("position", "controls", "citations"),
    CasePage: ("positions", "risk_points", "turning_points", "controls", "citations"),
    MicroLessonPage: ("positions", "script", "decision_options", "questions"),
    CoursePage: (),
    LessonPage: (),
}


def load_content(*, folder: Path, now: datetime, dry_run: bool = False) -> ContentFolder:
    """Load the demonstration edition and return what became of its rows.

    A second run changes nothing; what editors changed or deleted stays as they left it.

    :raises BadContent: if any row is bad; then nothing was changed.
    """
    source = ContentFolder(folder)
    with transaction.atomic():
        with disable_reference_index_auto_update(), search_index_at_rest(*SEARCHED):
            for load in LOADERS:
                load(source, now=now)
        if source.bad:
            raise BadContent(source.bad)
        if source.wrote_something:
            _index()
        source.remember()
        Site.objects.filter(is_default_site=True, site_name="").update(site_name="清风廉洁教育平台")
        # Editors who were let in before a release may do what it adds.
        editors_group()
        if dry_run:
            transaction.set_rollback(True)
    return source


def _index() -> None:
    """Tell Wagtail what can be found, and what rests on what so that it refuses to delete it.

    Done once at the end: row by row, as each is saved, it takes longer than all the rest, and
    misses the children, which are saved after their page.
    """
    backend = get_search_backend()
    for model, children in SEARCHED.items():
        rows = list(model._default_manager.prefetch_related(*children))
        backend.add_bulk(model, rows)
        _index_references(rows)
    _index_references(RiskPointEdition.objects.all())
    _index_references(Question.objects.prefetch_related("bases"))


def _index_references(rows: Iterable[Model]) -> None:
    for row in rows:
        ReferenceIndex.create_or_update_for_object(row)
