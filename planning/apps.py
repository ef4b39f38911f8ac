from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "planning"
    verbose_name = "学习安排"

    def ready(self) -> None:
        from planning import tasks  # noqa: F401
