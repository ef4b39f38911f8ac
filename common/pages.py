"""What loaders do with Wagtail pages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.db.models.signals import post_save
from modelsearch.signal_handlers import post_save_signal_handler
from wagtail.models import Page, Site


def index_page(model: type[Page], *, title: str, slug: str) -> Page:
    """Return the only page of an index type, making it under the root of the site if missing."""
    page = model.objects.first()
    if page is not None:
        return page
    page = model(title=title, slug=slug)
    root = Site.objects.select_related("root_page").get(is_default_site=True).root_page
    root.add_child(instance=page)
    return page


def save_loaded(page: Page, *, under: Page) -> None:
    """Put a new page under its parent, or save and publish what was loaded into a page.

    The editor opens the latest revision where there is one, so it gets one too.
    """
    if page.pk is None:
        under.add_child(instance=page)
        return
    page.save()
    if page.latest_revision_id is not None:
        page.save_revision().publish()


@contextmanager
def search_index_at_rest(*indexed: type[models.Model]) -> Iterator[None]:
    """Save rows of the models without indexing each for search; index them together afterwards."""
    for model in indexed:
        post_save.disconnect(post_save_signal_handler, sender=model)
    try:
        yield
    finally:
        for model in indexed:
            post_save.connect(post_save_signal_handler, sender=model)


def plain_fields(instance: models.Model, names: tuple[str, ...]) -> dict[str, Any]:
    """Return some fields by name, as JSON can carry them."""
    return {name: getattr(instance, name) for name in names}


def assign(instance: models.Model, fields: Mapping[str, Any]) -> None:
    """Set some fields by name."""
    for name, value in fields.items():
        setattr(instance, name, value)
