"""The Celery application. Its one task runs what is due; see the app ``jobs``."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"

app = Celery("qingfeng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def refuse_demonstration(**kwargs: Any) -> None:
    """Refuse to work on a demonstration's database as a real installation."""
    from django.db import connections

    from config import startup

    startup.refuse_demonstration()
    # The children that are forked next must not share it.
    connections.close_all()
