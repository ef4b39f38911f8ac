from django.apps import AppConfig


class RiskManualConfig(AppConfig):
    name = "risk_manual"
    verbose_name = "风险手册"

    def ready(self) -> None:
        from wagtail.models import ReferenceIndex

        from risk_manual import receivers  # noqa: F401
        from risk_manual.models import RegisterPoint, RiskPointEdition

        # Without this, deleting a page on which a protected row rests ends in a server error.
        ReferenceIndex.register_model(RiskPointEdition)
        ReferenceIndex.register_model(RegisterPoint)
