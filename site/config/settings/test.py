"""Tests: fast hashing, tasks run in place, nothing left on the disk, no network."""

import atexit
import shutil
import tempfile
from pathlib import Path

from config.env import broker_options, env_str
from config.settings.base import *

SECRET_KEY = "test"
DEMO = True
VAR_DIR = Path(tempfile.mkdtemp(prefix="qingfeng-test-"))
atexit.register(shutil.rmtree, VAR_DIR, ignore_errors=True)
MEDIA_ROOT = VAR_DIR / "media"
STATIC_ROOT = VAR_DIR / "static"
JOB_FILES_ROOT = VAR_DIR / "jobs"

# A file, because browsers, threads and workers open connections of their own.
_TEST_NAME = env_str("TEST_DATABASE_NAME")
if _TEST_NAME:
    DATABASES["default"]["TEST"] = {"NAME": _TEST_NAME}
elif DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(CELERY_BROKER_URL, folder=VAR_DIR / "broker")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
