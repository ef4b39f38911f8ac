from django.apps import AppConfig


class RiskManualConfig(AppConfig):
    name = "risk_manual"
    verbose_name = "风险手册"
