"""Every template compiles, and none asks for what the content security policy forbids."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = Path(settings.SITE_DIR) / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*"))
FORBIDDEN = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "script in the page": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "style in the page": re.compile(r"<style\b", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "htmx event": re.compile(r"hx-on"),
    "safe on data": re.compile(r"\|\s*safe\b"),
    "foreign address": re.compile(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_template_compiles(name):
    assert get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_template_holds_nothing_that_the_policy_forbids(name):
    text = re.sub(r"\{#.*?#\}", "", (FOLDER / name).read_text(encoding="utf-8"))
    found = {what for what, pattern in FORBIDDEN.items() if pattern.search(text)}

    # What is printed goes to WeasyPrint with its style sheet inside, not to a browser; what is
    # downloaded to be played without a network stands alone.
    inside = {
        "print": {"style in the page"},
        "offline": {"style in the page", "script in the page"},
    }
    assert found - inside.get(name.partition("/")[0], set()) == set()


def test_templates_live_in_one_place():
    stray = [
        path
        for path in Path(settings.BASE_DIR).glob("*/templates")
        if path != FOLDER and path.is_dir()
    ]

    assert stray == []
