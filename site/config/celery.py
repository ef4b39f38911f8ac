"""The Celery application. Its one task runs what is due; see the app ``jobs``."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"

app = Celery("qingfeng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
