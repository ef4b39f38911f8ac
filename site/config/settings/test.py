"""Tests: fast hashing, tasks run in place, no network."""

import tempfile
from pathlib import Path

from config.env import env_str
from config.settings.base import *

SECRET_KEY = "test"
DEMO = True
VAR_DIR = Path(tempfile.mkdtemp(prefix="qingfeng-test-"))
MEDIA_ROOT = VAR_DIR / "media"
STATIC_ROOT = VAR_DIR / "static"

_TEST_NAME = env_str("TEST_DATABASE_NAME")
if _TEST_NAME:
    DATABASES["default"]["TEST"] = {"NAME": _TEST_NAME}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
