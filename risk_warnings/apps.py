from django.apps import AppConfig


class RiskWarningsConfig(AppConfig):
    name = "risk_warnings"
    verbose_name = "预警与工单"

    def ready(self) -> None:
        """Let Wagtail know which pages our rows rest on, so that deleting one is refused kindly."""
        from wagtail.models import ReferenceIndex

        from cases.registry import register_theme_names, register_use_kind
        from risk_warnings.models import RiskWarning, WorkOrder
        from risk_warnings.presentation import themes
        from risk_warnings.services.reading import TIP_USE

        # Nobody but the officers in scope may know that a warning showed a case.
        register_use_kind(TIP_USE, "预警提示", confidential=True)
        register_theme_names(lambda: {code: theme.name for code, theme in themes().items()})
        ReferenceIndex.register_model(RiskWarning)
        ReferenceIndex.register_model(WorkOrder)
