"""The editors' back office as a whole."""

from collections.abc import Iterable

from django.contrib import messages
from django.db import router
from django.db.models.deletion import Collector, ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.models import Page


@hooks.register("construct_help_menu")
def no_help_from_the_internet(request: HttpRequest, items: list[MenuItem]) -> None:
    """Drop the entries that lead out of the intranet."""
    items[:] = [item for item in items if not item.url.startswith("http")]


@hooks.register("construct_homepage_summary_items")
def no_count_of_pages(request: HttpRequest, items: list[Component]) -> None:
    """Drop the number of pages: it counts indexes and areas too."""
    items.clear()


@hooks.register("before_delete_page")
def keep_what_rests_on_it(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse to delete a page that records rest on, and say which.

    Wagtail's own index of references misses rows that were written in bulk; the database does not.
    """
    return _refusal(request, [page])


@hooks.register("before_bulk_action")
def keep_what_rests_on_them(
    request: HttpRequest, action: str, objects: Iterable[object], view: object
) -> HttpResponse | None:
    """Refuse the same for several pages at once."""
    pages = [one for one in objects if isinstance(one, Page)]
    return _refusal(request, pages) if action == "delete" else None


def _refusal(request: HttpRequest, pages: list[Page]) -> HttpResponse | None:
    for page in pages:
        below = [one.specific for one in page.get_descendants(inclusive=True)]
        try:
            Collector(using=router.db_for_write(Page)).collect([*below])
        except ProtectedError as error:
            kinds = sorted({str(row._meta.verbose_name) for row in error.protected_objects})
            messages.error(
                request,
                f"“{page.title}”不能删除：还有{'、'.join(kinds)}引用它。"
                "不想再让人看到，请取消发布；记录会保留。",
            )
            return redirect("wagtailadmin_explore", page.get_parent().pk)
    return None
