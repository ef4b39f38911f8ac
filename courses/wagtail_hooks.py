"""Micro-lessons and courses in the editors' back office."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.models import Page

from courses.models import CoursePage, MicroLessonPage


class MicroLessonListing(PageListingViewSet):
    """All micro-lessons in one list."""

    model = MicroLessonPage
    icon = "media"
    menu_label = "微课"
    menu_order = 220
    add_to_admin_menu = True
    list_display = ["code", "title", "month", "duration_seconds"]
    list_filter = ["series"]
    ordering = ["code"]


class CourseListing(PageListingViewSet):
    """All courses in one list."""

    model = CoursePage
    icon = "folder-open-inverse"
    menu_label = "课程"
    menu_order = 230
    add_to_admin_menu = True
    list_display = ["code", "title", Column("get_kind_display", label="类别", sort_key="kind")]
    list_filter = ["kind"]
    ordering = ["code"]


@hooks.register("register_admin_viewset")
def learning_listings() -> list[PageListingViewSet]:
    """Add the lists of micro-lessons and courses to the menu."""
    return [MicroLessonListing("micro_lesson_pages"), CourseListing("course_pages")]


@hooks.register("before_bulk_action")
def publish_only_what_fits(
    request: HttpRequest, action: str, objects: Iterable[object], view: object
) -> HttpResponse | None:
    """Hold several lessons to what the form holds one to: publishing in bulk asks no form."""
    if action != "publish":
        return None
    pages = [one for one in objects if isinstance(one, Page)]
    for page in pages:
        lessons = MicroLessonPage.objects.filter(path__startswith=page.path)
        for lesson in lessons.order_by("path"):
            faults = lesson.get_latest_revision_as_object().faults()
            if faults:
                messages.error(request, f"“{lesson.title}”不能发布，一节也没有发布：{faults[0]}")
                return redirect("wagtailadmin_explore", page.get_parent().pk)
    return None
