"""Where things are, and the environment of our own processes."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VAR = Path(os.environ.get("QINGFENG_VAR") or ROOT / "var")
LOGS = VAR / "log"
DATABASE = VAR / "qingfeng.sqlite3"
HOST = "127.0.0.1"


def environment(**more: object) -> dict[str, str]:
    """Return the environment of our own processes; what the caller set stays as it is."""
    defaults = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "QINGFENG_DEMO": "1"}
    return defaults | os.environ | {name: str(value) for name, value in more.items()}
