"""The demonstration and development: everything on this machine, on 127.0.0.1."""

from django.core.exceptions import ImproperlyConfigured

from config.env import env_bool, env_str
from config.settings.base import *

DEBUG = env_bool("DEBUG", default=False)
DEMO = env_bool("QINGFENG_DEMO", default=True)
SECRET_KEY = env_str("SECRET_KEY", "demonstration-on-127.0.0.1-only")

if DEMO and not set(ALLOWED_HOSTS) <= {"127.0.0.1", "localhost", "[::1]"}:
    raise ImproperlyConfigured(
        f"ALLOWED_HOSTS={','.join(ALLOWED_HOSTS)}: the demonstration is for this machine only"
    )
