"""A real installation: refuses to start without its secrets, and knows no demonstration."""

from django.core.exceptions import ImproperlyConfigured

from config.env import env_bool
from config.settings.base import *

_SHORTEST_KEY = 50

if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set")
if len(SECRET_KEY) < _SHORTEST_KEY or SECRET_KEY.startswith("demonstration"):
    raise ImproperlyConfigured(f"SECRET_KEY is no secret: {_SHORTEST_KEY} random characters needed")
if DEMO:
    raise ImproperlyConfigured("QINGFENG_DEMO must not be set in production")

INSTALLED_APPS.remove("demo")

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
# Only where a proxy sets this header itself; elsewhere anybody could.
if env_bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31536000
