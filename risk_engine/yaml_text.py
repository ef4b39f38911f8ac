"""YAML of the package, read by the C parser where PyYAML was built with one."""

from __future__ import annotations

from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str) -> Any:
    """Read a YAML text into plain values."""
    return yaml.load(text, Loader=LOADER)  # noqa: S506 -- a safe loader either way
