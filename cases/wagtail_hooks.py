"""The case library in the editors' back office."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.pages.bulk_actions import DeleteBulkAction
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.models import Page

from cases import services
from cases.exceptions import NotChecked
from cases.models import CasePage
from cases.registry import dependants_of
from cases.views import reviewing


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
        Column("get_visibility_display", label="可见范围", sort_key="visibility"),
        DateColumn("expires_on", label="有效期至", sort_key="expires_on"),
        Column("owner_employee", label="负责人"),
    ]
    list_filter = ["ending", "found_by", "visibility"]
    ordering = ["code"]


@hooks.register("register_admin_viewset")
def case_listing() -> CaseListing:
    """Add the list of cases to the menu."""
    return CaseListing("case_pages")


@hooks.register("register_admin_urls")
def case_urls() -> list[URLPattern]:
    """Add the report beside the list."""
    return [path("cases/review/", reviewing.report, name="cases_review")]


@hooks.register("register_admin_menu_item")
def review_menu_item() -> MenuItem:
    """Offer the report of cases that want a look."""
    return MenuItem("案例复核", reverse("cases_review"), icon_name="date", order=211)


@hooks.register("before_publish_page")
def lead_to_the_check(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Keep a text nobody has confirmed as a draft, and lead to where it is checked."""
    if not isinstance(page, CasePage):
        return None
    try:
        services.refuse_unchecked(page.get_latest_revision_as_object())
    except NotChecked as refusal:
        messages.warning(request, str(refusal))
        return redirect("cases:check", page.code)
    return None


@hooks.register("before_bulk_action")
def publish_only_what_was_checked(
    request: HttpRequest, action: str, objects: Iterable[object], view: object
) -> HttpResponse | None:
    """Hold several cases to what the form holds one to: publishing in bulk asks no form."""
    if action != "publish":
        return None
    pages = [one for one in objects if isinstance(one, Page)]
    waiting = services.unchecked(pages)
    if waiting is None:
        return None
    messages.error(
        request,
        f"一个也没有发布：“{waiting.title}”还没有人做去标识核对，请先核对，或不选它再发布。",
    )
    return redirect("wagtailadmin_explore", waiting.get_parent().pk)


# Before the refusal of the house, which knows kinds of rows and no titles.
@hooks.register("before_delete_page", order=-1)
def keep_what_rests_on_a_case(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse to delete a case that evidence, a lesson or a lecture rests on, and list them."""
    return _kept(request, [page])


class DeleteUnlessKept(DeleteBulkAction):
    """Deletes several pages; where something rests on one, none of them, and says what."""

    def prepare_action(
        self, objects: list[Page], objects_without_access: dict[str, list[Page]]
    ) -> HttpResponse | None:
        """Refuse before Wagtail does, which says only that it is not allowed."""
        return _kept(self.request, objects) or super().prepare_action(
            objects, objects_without_access
        )


# After Wagtail's own, whose place it takes.
hooks.register("register_bulk_action", DeleteUnlessKept, order=1)


def _kept(request: HttpRequest, pages: list[Page]) -> HttpResponse | None:
    below = CasePage.objects.none()
    for page in pages:
        below |= CasePage.objects.filter(path__startswith=page.path)
    kept = [(case, dependants_of(case)) for case in below.order_by("code")]
    kept = [(case, dependants) for case, dependants in kept if dependants]
    if not kept:
        return None
    context = {"kept": kept, "parent": kept[0][0].get_parent()}
    return TemplateResponse(request, "cases/editor/kept.html", context, status=409)
