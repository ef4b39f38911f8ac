"""What the editor's form shows of a case beside its fields: whether it was checked, where shown."""

from typing import Any

from wagtail.admin.panels import Panel

USES_SHOWN = 5


class CaseStatePanel(Panel):
    """Shows the check of the draft and the last uses; there is nothing to fill in."""

    class BoundPanel(Panel.BoundPanel):
        """The panel of one case."""

        template_name = "cases/editor/state_panel.html"

        def is_shown(self) -> bool:
            """Return whether the case was saved already."""
            return super().is_shown() and self.instance.pk is not None

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Return the state of the draft and its visible uses; costs a few queries."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            uses = self.instance.uses.visible_to(self.request.user)
            return context | {
                "case": self.instance,
                "check": self.instance.confirmed_check(),
                "use_count": uses.count(),
                "uses": uses.select_related("used_by__employee").order_by("-used_at", "-pk")[
                    :USES_SHOWN
                ],
            }
