"""The environment, read in one place; what it does not understand, it refuses."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def env_str(name: str, default: str = "") -> str:
    """Return the variable's text, or the default where it is not set."""
    return os.environ.get(name, default)


def env_bool(name: str, *, default: bool) -> bool:
    """Return the variable as a switch.

    :raises ImproperlyConfigured: if it is neither a yes nor a no.
    """
    raw = os.environ.get(name)
    if raw is None:
        return default
    if raw.lower() in _TRUE:
        return True
    if raw.lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={raw!r} is neither true nor false")


def env_list(name: str, default: str = "") -> list[str]:
    """Return the variable's comma-separated parts, blanks left out."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def env_database(name: str, *, default_sqlite: Path) -> dict[str, Any]:
    """Return Django's settings for the database that a URL names.

    ``sqlite:///path`` and ``postgres://user:password@host:port/name`` are understood; without the
    variable the file ``default_sqlite`` is used.

    :raises ImproperlyConfigured: if the URL names another kind of database.
    """
    raw = os.environ.get(name, "")
    if not raw:
        return _sqlite(str(default_sqlite))
    url = urlsplit(raw)
    if url.scheme == "sqlite":
        return _sqlite(unquote(url.path.removeprefix("/")) or ":memory:")
    if url.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": url.hostname or "",
            "PORT": str(url.port or ""),
            "OPTIONS": dict(parse_qsl(url.query)),
            "CONN_MAX_AGE": 60,
        }
    raise ImproperlyConfigured(f"{name}: unknown database kind {url.scheme!r}")


def broker_options(url: str, *, folder: Path) -> dict[str, Any]:
    """Return the options that a broker's URL needs; the embedded one keeps its files in ``folder``.

    :raises ImproperlyConfigured: if the URL names another kind of broker.
    """
    scheme = urlsplit(url).scheme
    if scheme == "filesystem":
        messages = str(folder / "messages")
        return {
            "data_folder_in": messages,
            "data_folder_out": messages,
            "control_folder": str(folder / "control"),
        }
    if scheme in {"redis", "rediss"}:
        return {"visibility_timeout": 600, "socket_connect_timeout": 2, "socket_timeout": 5}
    if scheme in {"amqp", "amqps", "pyamqp"}:
        return {}
    raise ImproperlyConfigured(f"CELERY_BROKER_URL: unknown broker kind {scheme!r}")


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-20000;"
            ),
        },
    }
