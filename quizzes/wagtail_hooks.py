"""The question bank in the editors' back office."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.widgets import Button
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.action_menu import ActionMenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, EditView, SnippetViewSet

from people.models import User
from quizzes.models import Question
from quizzes.services import note_edit
from quizzes.views import analysing, approving, exchanging, regrading


class BankPermissionPolicy(ModelPermissionPolicy):
    """Editors write and change questions; nobody deletes one, attempts may rest on it."""

    def user_has_permission(self, user: User, action: str) -> bool:
        """Return whether the account may do this."""
        return action != "delete" and bool(super().user_has_permission(user, action))


class QuestionCreateView(CreateView):
    """Writes a question as a draft under the name of its writer."""

    def save_instance(self) -> Question:
        """Save the question with its writer, and with its first risk point among its points."""
        self.form.instance.edited_by = self.request.user
        self.form.instance.edited_at = timezone.now()
        question: Question = super().save_instance()
        question.risk_points.add(question.primary_risk_point)
        return question


class QuestionEditView(EditView):
    """Changes the text editors work on; learners keep meeting the approved version."""

    def save_instance(self) -> Question:
        """Save the question and note who changed it."""
        question: Question = super().save_instance()
        question.risk_points.add(question.primary_risk_point)
        note_edit(question=question, by=self.request.user, now=timezone.now())
        return question


class QuestionViewSet(SnippetViewSet):
    """题库：written by one person, approved by another."""

    model = Question
    icon = "help"
    menu_label = "题库"
    menu_order = 300
    add_to_admin_menu = True
    copy_view_enabled = False
    add_view_class = QuestionCreateView
    edit_view_class = QuestionEditView
    list_display = [
        "code",
        "stem",
        Column("get_type_display", label="题型", sort_key="type"),
        Column("stage", label="状态", sort_key="status"),
        DateColumn("edited_at", label="最后修改", sort_key="edited_at"),
    ]
    list_filter = ["status", "type", "difficulty", "primary_risk_point"]
    list_per_page = 50
    ordering = ["code"]
    search_fields = ["code", "stem", "explanation"]
    search_backend_name = None
    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("code"), FieldPanel("type"), FieldPanel("difficulty")]),
                FieldPanel("primary_risk_point"),
                FieldPanel("risk_points"),
                FieldRowPanel([FieldPanel("control_seq"), FieldPanel("review_on")]),
                FieldPanel("positions"),
                FieldPanel("owner"),
            ],
            heading="考什么，考谁",
        ),
        MultiFieldPanel(
            [FieldPanel("stem"), FieldPanel("parameters"), FieldPanel("options")], heading="题目"
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("answers"), FieldPanel("unit")]),
                FieldPanel("marking_points"),
                FieldPanel("model_answer"),
            ],
            heading="填空和简答",
        ),
        MultiFieldPanel(
            [FieldPanel("explanation"), InlinePanel("bases", label="依据")], heading="讲解"
        ),
    ]

    @property
    def permission_policy(self) -> BankPermissionPolicy:
        """Who may do what with questions."""
        return BankPermissionPolicy(self.model)


register_snippet(QuestionViewSet)


@hooks.register("register_admin_urls")
def approval_urls() -> list[URLPattern]:
    """Add the pages of the bank beside its forms: approval, files, figures, stock."""
    return [
        path("questions/<int:pk>/approve/", approving.question, name="quizzes_approve"),
        path("questions/<int:pk>/regrade/", regrading.question, name="quizzes_regrade"),
        path("questions/files/", exchanging.upload, name="quizzes_upload"),
        path("questions/files/<int:pk>/", exchanging.plan, name="quizzes_import"),
        path("questions/files/template/", exchanging.template, name="quizzes_template"),
        path("questions/files/export/<slug:code>/", exchanging.export, name="quizzes_export"),
        path("questions/figures/", analysing.items, name="quizzes_items"),
        path("questions/stock/", analysing.gauge, name="quizzes_gauge"),
    ]


class EditorsMenuItem(MenuItem):
    """Shown to whoever may write questions."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the account may change questions."""
        return request.user.has_perm("quizzes.change_question")


@hooks.register("register_admin_menu_item")
def files_menu_item() -> EditorsMenuItem:
    """Offer files of questions beside the bank."""
    return EditorsMenuItem("题库导入导出", reverse("quizzes_upload"), icon_name="upload", order=301)


@hooks.register("register_admin_menu_item")
def figures_menu_item() -> EditorsMenuItem:
    """Offer what the answers say about the questions."""
    return EditorsMenuItem("题目分析", reverse("quizzes_items"), icon_name="view", order=302)


@hooks.register("register_admin_menu_item")
def marking_menu_item() -> EditorsMenuItem:
    """Offer the short answers that wait for a mark."""
    return EditorsMenuItem("简答批改", reverse("quizzes:marking"), icon_name="edit", order=303)


@hooks.register("register_snippet_listing_buttons")
def approval_button(
    snippet: models.Model, user: User, next_url: str | None = None
) -> Iterator[Button]:
    """Offer the page in the list."""
    if isinstance(snippet, Question):
        yield Button(
            "审核或撤下",
            reverse("quizzes_approve", args=[snippet.pk]),
            icon_name="check",
            priority=5,
        )


class ApprovalMenuItem(ActionMenuItem):
    """Leads from the form to the page where a second person decides."""

    label = "审核或撤下"
    name = "action-approve"
    icon_name = "check"
    order = 20

    def is_shown(self, context: dict[str, Any]) -> bool:
        """Return whether a saved question is being edited."""
        return context["view"] == "edit" and context["model"] is Question

    def get_url(self, context: dict[str, Any]) -> str:
        """Return the address of the page."""
        return reverse("quizzes_approve", args=[context["instance"].pk])


@hooks.register("register_snippet_action_menu_item")
def approval_menu_item(model: type[models.Model]) -> ApprovalMenuItem | None:
    """Offer the page in the form of a question."""
    return ApprovalMenuItem() if model is Question else None
