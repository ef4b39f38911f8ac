"""The case library in the editors' back office."""

from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.pages import PageListingViewSet

from cases.models import CasePage


class CaseListing(PageListingViewSet):
    """All cases in one list."""

    model = CasePage
    icon = "openquote"
    menu_label = "案例"
    menu_order = 210
    add_to_admin_menu = True
    list_display = [
        "code",
        "title",
        Column("get_ending_display", label="结局", sort_key="ending"),
        Column("get_found_by_display", label="怎么发现", sort_key="found_by"),
    ]
    list_filter = ["ending", "found_by"]
    ordering = ["code"]


@hooks.register("register_admin_viewset")
def case_listing() -> CaseListing:
    """Add the list of cases to the menu."""
    return CaseListing("case_pages")
