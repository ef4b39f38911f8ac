"""What loaders do with Wagtail pages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.db.models.signals import post_save
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify
from modelsearch.signal_handlers import post_save_signal_handler
from wagtail.admin.panels import Panel, PublishingPanel
from wagtail.models import Page, Site


class CodedPage(models.Model):
    """A page that is known by its code, and shown by a view of ours under it.

    Finding a page in Wagtail's tree costs two queries a level. Mix it in before ``Page``.
    """

    code: str
    slug: str
    # The view that shows the page; without one the page stands in the tree only.
    url_name = ""

    # The content is for all staff; Wagtail's privacy would not reach our views.
    private_page_options: list[str] = []
    promote_panels: list[Panel] = []
    settings_panels = [PublishingPanel()]

    class Meta:
        abstract = True

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Take the address from the code; Wagtail would make one of the Chinese title."""
        if not self.slug:
            self.slug = slugify(self.code)
        super().full_clean(*args, **kwargs)

    def get_url_parts(self, request: HttpRequest | None = None) -> Any:
        """Return site, root and the address of the view."""
        parts = super().get_url_parts(request)  # type: ignore[misc]  # Page has it
        if parts is None or not self.url_name:
            return parts
        site_id, root_url, _ = parts
        return site_id, root_url, reverse(self.url_name, args=[self.code])

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead from the address in the tree to the view; in a preview show the page."""
        if self.url_name and not getattr(request, "is_preview", False):
            return redirect(self.url_name, self.code)
        response: HttpResponse = super().serve(request, *args, **kwargs)  # type: ignore[misc]
        return response


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
