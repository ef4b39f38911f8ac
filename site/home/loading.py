"""Loads all of ``content/``: everything, or nothing."""

from datetime import datetime
from pathlib import Path

from django.db import transaction
from wagtail.models import ReferenceIndex, Site
from wagtail.signal_handlers import disable_reference_index_auto_update

import cases.loading
import courses.loading
import quizzes.loading
import risk_manual.loading
from cases.models import CasePage
from common.loading import BadContent, ContentFolder
from courses.models import MicroLessonPage
from quizzes.models import Question
from risk_manual.models import RegisterPoint, RiskPointEdition, RiskPointPage

# Each refers to what the ones before it have loaded.
LOADERS = (
    risk_manual.loading.load,
    quizzes.loading.load,
    cases.loading.load,
    courses.loading.load,
)


def load_content(*, folder: Path, now: datetime, dry_run: bool = False) -> ContentFolder:
    """Load the demonstration edition and return what became of its rows.

    A second run changes nothing; what editors changed or deleted stays as they left it.

    :raises BadContent: if any row is bad; then nothing was changed.
    """
    source = ContentFolder(folder)
    with transaction.atomic():
        with disable_reference_index_auto_update():
            for load in LOADERS:
                load(source, now=now)
        if source.bad:
            raise BadContent(source.bad)
        if source.wrote_something:
            _index_references()
        source.remember()
        Site.objects.filter(is_default_site=True, site_name="").update(site_name="清风廉洁教育平台")
        if dry_run:
            transaction.set_rollback(True)
    return source


def _index_references() -> None:
    """Tell Wagtail what rests on what, so that its editor refuses to delete it.

    Done once at the end: row by row, as each is saved, it costs a third of the whole load.
    """
    for rows in (
        RegisterPoint.objects.prefetch_related("mappings"),
        RiskPointPage.objects.prefetch_related("controls", "citations"),
        RiskPointEdition.objects.all(),
        Question.objects.prefetch_related("bases"),
        CasePage.objects.prefetch_related("turning_points", "controls", "citations"),
        MicroLessonPage.objects.prefetch_related("script", "decision_options", "questions"),
    ):
        for row in rows:
            ReferenceIndex.create_or_update_for_object(row)
