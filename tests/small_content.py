"""A small copy of ``content/``: two risk points with all that refers to them."""

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

POINTS = ("GF-09", "GF-11")
NOTHING: dict[str, Any] = {
    "code": "XY",
    "title": "新员工",
    "edition_label": "【教学示例】",
    "levels": [],
}


def write_small_content(folder: Path) -> Path:
    """Write the files into the folder and return it."""
    points = _read("risk_points.yaml")
    points["risk_points"] = [row for row in points["risk_points"] if row["code"] in POINTS]
    _write(folder, "risk_points.yaml", points)
    _write(folder, "basis.yaml", _read("basis.yaml"))
    register = [
        row
        for row in _read("register115.yaml")["register"]
        if {link["point"] for link in row["maps_to"]}
        and {link["point"] for link in row["maps_to"]} <= set(POINTS)
    ]
    _write(folder, "register115.yaml", {"register": register})
    for area in ("GF", "GC", "CW", "ZH"):
        questions = _read(f"questions/{area}.yaml")["questions"]
        _write(
            folder,
            f"questions/{area}.yaml",
            {"questions": [row for row in questions if set(row["risk_points"]) <= set(POINTS)]},
        )
    cases = [row for row in _read("cases.yaml")["cases"] if row["code"] == "AL-01"]
    _write(folder, "cases.yaml", {"cases": cases})
    lessons = [row for row in _read("lessons.yaml")["lessons"] if row["code"] == "WK-01"]
    _write(folder, "lessons.yaml", {"lessons": lessons})
    triggers = _read("training_triggers.yaml")["triggers"]
    _write(
        folder,
        "training_triggers.yaml",
        {"triggers": [row for row in triggers if row["risk_point"] in (None, *POINTS)]},
    )
    _write(folder, "courses.yaml", {"onboarding": NOTHING, "role_courses": [], "films": []})
    return folder


def change(folder: Path, name: str, old: str, new: str) -> int:
    """Replace a text that stands once in a file, and return the line on which it stands."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def _read(name: str) -> dict[str, Any]:
    text = (settings.CONTENT_DIR / name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _write(folder: Path, name: str, document: dict[str, Any]) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=1000),
        encoding="utf-8",
    )
