"""The manual in the editors' back office."""

from typing import Any

from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from risk_manual.models import LegalBasis, ManualEdition, RegisterPoint, RiskPointPage


class RiskPointListing(PageListingViewSet):
    """All risk points in one list, whatever their area."""

    model = RiskPointPage
    icon = "warning"
    menu_label = "风险点"
    menu_order = 200
    add_to_admin_menu = True
    list_display = [
        "code",
        "title",
        Column("get_level_display", label="等级", sort_key="level"),
        Column("position", label="责任岗位"),
        Column("reviewer", label="复核岗位"),
    ]
    list_filter = ["level", "position"]
    ordering = ["code"]


class LegalBasisViewSet(SnippetViewSet):
    """Laws and rules, with how far each has been verified."""

    model = LegalBasis
    icon = "doc-full"
    menu_label = "依据库"
    menu_order = 310
    add_to_admin_menu = True
    list_display = ["code", "title", Column("get_status_display", label="核对状态"), "effective"]
    list_filter = ["status"]
    ordering = ["code"]
    list_per_page = 50


class RegisterPointViewSet(SnippetViewSet):
    """The company-wide register of 115 points."""

    model = RegisterPoint
    icon = "list-ul"
    menu_label = "登记册（115点）"
    menu_order = 320
    add_to_admin_menu = True
    list_display = [
        "code",
        "title",
        "profession",
        "department",
        Column("get_level_display", label="等级"),
    ]
    list_filter = ["level", "profession"]
    ordering = ["code"]
    list_per_page = 50


class EditionPermissionPolicy(ModelPermissionPolicy):
    """Texts of an edition may be mended; editions are opened by loading and never deleted."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return whether the account may do this."""
        return action not in {"add", "delete"} and bool(super().user_has_permission(user, action))


class ManualEditionViewSet(SnippetViewSet):
    """The editions of the manual."""

    model = ManualEdition
    icon = "date"
    menu_label = "手册版本"
    menu_order = 330
    add_to_admin_menu = True
    list_display = ["label", "title", "valid_from", "valid_to"]
    ordering = ["-valid_from"]

    @property
    def permission_policy(self) -> EditionPermissionPolicy:
        """Who may do what with editions."""
        return EditionPermissionPolicy(self.model)


register_snippet(LegalBasisViewSet)
register_snippet(RegisterPointViewSet)
register_snippet(ManualEditionViewSet)


@hooks.register("register_admin_viewset")
def risk_point_listing() -> RiskPointListing:
    """Add the list of risk points to the menu."""
    return RiskPointListing("risk_point_pages")
