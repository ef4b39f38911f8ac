from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "后台任务"

    def ready(self) -> None:
        """Find the kinds of job, and make the folders that the embedded broker needs."""
        autodiscover_modules("tasks")
        for option, folder in settings.CELERY_BROKER_TRANSPORT_OPTIONS.items():
            if "folder" in option:
                Path(folder).mkdir(parents=True, exist_ok=True)
