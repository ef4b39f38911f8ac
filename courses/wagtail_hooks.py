"""Micro-lessons and courses in the editors' back office."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, HelpPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.pages.listing import IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.models import Page
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from courses import services
from courses.forms import MediaFileForm
from courses.models import CoursePage, MediaFile, MicroLessonIndexPage, MicroLessonPage
from people.models import User


class MicroLessonIndexView(IndexView):
    """The list, headed by the months that have no lesson yet."""

    template_name = "courses/editor/micro_lessons.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the months up to the end of the next quarter, and where a lesson is made."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        shelf = MicroLessonIndexPage.objects.first()
        context["months"] = MicroLessonPage.objects.months_without(on=timezone.localdate())
        context["add_address"] = shelf and reverse(
            "wagtailadmin_pages:add", args=["courses", "microlessonpage", shelf.pk]
        )
        return context


class MicroLessonListing(PageListingViewSet):
    """All micro-lessons in one list."""

    model = MicroLessonPage
    index_view_class = MicroLessonIndexView
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


class KeptPermissionPolicy(ModelPermissionPolicy):
    """Editors bring files in and correct what stands beside them; nobody deletes one.

    A published lesson and the drafts of others may rest on it.
    """

    def user_has_permission(self, user: User, action: str) -> bool:
        """Return whether the account may do this."""
        return action != "delete" and bool(super().user_has_permission(user, action))


class MediaFileCreateView(CreateView):
    """Takes a file in under the name of who brought it."""

    def save_instance(self) -> MediaFile:
        """Save the file with who brought it and when."""
        now = timezone.now()
        self.form.instance.uploaded_by = self.request.user
        self.form.instance.uploaded_at = now
        file: MediaFile = super().save_instance()
        services.note_upload(file=file, by=self.request.user, now=now)
        return file


class MediaFileViewSet(SnippetViewSet):
    """What lessons play and give along."""

    model = MediaFile
    icon = "media"
    menu_label = "音视频和附件"
    menu_order = 225
    add_to_admin_menu = True
    copy_view_enabled = False
    add_view_class = MediaFileCreateView
    list_display = [
        "title",
        Column("get_kind_display", label="类别", sort_key="kind"),
        "seconds",
        DateColumn("uploaded_at", label="上传时间", sort_key="uploaded_at"),
    ]
    list_filter = ["kind"]
    ordering = ["-uploaded_at", "-pk"]
    search_fields = ["title", "name"]
    search_backend_name = None
    edit_handler = ObjectList(
        [
            HelpPanel(template="courses/editor/media_file.html"),
            FieldPanel("title"),
            FieldPanel("file"),
            FieldPanel("seconds"),
            FieldPanel("captions_file"),
            FieldPanel("captions"),
        ],
        base_form_class=MediaFileForm,
    )

    @property
    def permission_policy(self) -> KeptPermissionPolicy:
        """Who may do what with files."""
        return KeptPermissionPolicy(self.model)


register_snippet(MediaFileViewSet)


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
