"""A real installation: refuses to start without its secrets, and knows no demonstration."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *

if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set")
if DEMO:
    raise ImproperlyConfigured("QINGFENG_DEMO must not be set in production")

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31536000
