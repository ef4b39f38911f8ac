from django.apps import AppConfig


class RiskWarningsConfig(AppConfig):
    name = "risk_warnings"
    verbose_name = "预警与工单"

    def ready(self) -> None:
        """Let Wagtail know which pages our rows rest on, so that deleting one is refused kindly."""
        from wagtail.models import ReferenceIndex

        from risk_warnings.models import RiskWarning, WorkOrder

        ReferenceIndex.register_model(RiskWarning)
        ReferenceIndex.register_model(WorkOrder)
