"""The editors' back office as a whole."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component


@hooks.register("construct_help_menu")
def no_help_from_the_internet(request: HttpRequest, items: list[MenuItem]) -> None:
    """Drop the entries that lead out of the intranet."""
    items[:] = [item for item in items if not item.url.startswith("http")]


@hooks.register("construct_homepage_summary_items")
def no_count_of_pages(request: HttpRequest, items: list[Component]) -> None:
    """Drop the number of pages: it counts indexes and areas too."""
    items.clear()
