from django.apps import AppConfig


class RiskWarningsConfig(AppConfig):
    name = "risk_warnings"
    verbose_name = "预警与工单"
