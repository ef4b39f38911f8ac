"""The static files: what is not ours is what the lock says, and all of it stays small."""

import gzip
import hashlib
import json
import re

import pytest
from django.conf import settings

STATIC = settings.SITE_DIR / "static"
LOCK = json.loads((STATIC / "vendor" / "vendor.lock.json").read_text(encoding="utf-8"))


def packed(folder: str, suffix: str) -> int:
    files = (STATIC / folder).glob(f"*{suffix}")
    return sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in files)


@pytest.mark.parametrize("entry", LOCK["files"], ids=lambda entry: entry["path"])
def test_a_file_that_is_not_ours_is_the_one_in_the_lock(entry):
    content = (STATIC / entry["path"]).read_bytes()

    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert (STATIC / entry["licence_path"]).exists()


def test_every_script_in_vendor_is_in_the_lock():
    locked = {entry["path"] for entry in LOCK["files"]}

    for path in (STATIC / "vendor").rglob("*.js"):
        assert str(path.relative_to(STATIC)) in locked


def test_the_icons_are_sorted_and_none_stands_twice():
    sprite = (STATIC / "icons" / "sprite.svg").read_text(encoding="utf-8")

    names = re.findall(r'id="i-([a-z0-9-]+)"', sprite)

    assert names == sorted(set(names))


def test_style_sheets_and_scripts_stay_within_their_budgets():
    assert packed("css", ".css") <= 20 * 1024
    assert packed("js", ".js") <= 9 * 1024


def test_style_sheets_keep_to_what_old_kernels_know():
    for path in (STATIC / "css").glob("*.css"):
        source = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r":has\(|@layer|@container|oklch\(|color-mix\(|\binset:", source), path


def test_every_variable_of_the_style_sheets_is_a_token():
    sources = [path.read_text(encoding="utf-8") for path in (STATIC / "css").glob("*.css")]
    tokens = set(re.findall(r"(--[a-z0-9-]+):", (STATIC / "css/tokens.css").read_text()))

    used = set(re.findall(r"var\((--[a-z0-9-]+)", "".join(sources)))

    assert used <= tokens


def test_the_two_dark_palettes_are_the_same():
    source = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")

    palettes = re.findall(r"color-scheme: dark;(.*?)\}", source, re.DOTALL)

    assert len(palettes) == 2
    assert palettes[0].split() == palettes[1].split()
