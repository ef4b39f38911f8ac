"""Micro-lessons and courses in the editors' back office."""

from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.pages import PageListingViewSet

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
