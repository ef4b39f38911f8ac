"""What the import contracts cannot see, and that they see everything."""

import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey, ManyToManyField

ROOT = Path(settings.BASE_DIR)
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]
CONTRACTS = {contract["name"]: contract for contract in LINTER["contracts"]}
LAYERS = [
    [name.strip() for name in row.split("|")] for row in CONTRACTS["Layers of the house"]["layers"]
]
RANK = {name: number for number, row in enumerate(reversed(LAYERS)) for name in row}

# What one app may know of another; common, audit and jobs are open to all. Exceptions belong to the
# services that raise them, the scope is the one rule of who may see what, and the loaders of the
# demonstration edition are called by each other.
PUBLIC = {
    "models",
    "services",
    "signals",
    "registry",
    "exceptions",
    "scope",
    "loading",
    "citations",
}
OPEN = {"common", "audit", "jobs", "risk_engine"}


def packages():
    """Return the names of all packages of ours, on the ground floor and in site/."""
    folders = [*ROOT.iterdir(), *(ROOT / "site").iterdir()]
    return {
        folder.name
        for folder in folders
        if (folder / "__init__.py").exists() and folder.name not in {"tests", "benchmarks"}
    }


def our_models():
    return [model for model in apps.get_models() if model._meta.app_label in RANK]


def test_every_package_stands_in_the_contracts():
    assert set(LINTER["root_packages"]) == packages()
    assert set(RANK) == packages()
    assert set(CONTRACTS["Inside every app"]["containers"]) == packages() - {
        "config",
        "risk_engine",
    }


def test_every_installed_app_of_ours_stands_in_the_layers():
    ours = {
        config.name
        for config in apps.get_app_configs()
        if Path(config.path).parent in {ROOT, ROOT / "site"}
    }

    assert ours <= set(RANK)


def test_site_is_a_folder_and_no_package():
    assert not (ROOT / "site" / "__init__.py").exists()


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_foreign_keys_by_string_point_down_or_stay(model):
    below = RANK[model._meta.app_label]
    upward = [
        f"{field.name} → {field.related_model._meta.label}"
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | ManyToManyField)
        and field.model is model
        and RANK.get(field.related_model._meta.app_label, -1) > below
    ]

    assert upward == []


def test_an_app_sees_only_the_public_modules_of_another():
    graph = grimp.build_graph(*LINTER["root_packages"], exclude_type_checking_imports=True)
    peeking = []
    for importer in graph.modules:
        ours = importer.split(".")[0]
        if ours == "config":
            continue
        for imported in graph.find_modules_directly_imported_by(importer):
            theirs, _, rest = imported.partition(".")
            if theirs in {ours, *OPEN} or not rest:
                continue
            if rest.split(".")[0] not in PUBLIC:
                peeking.append(f"{importer} → {imported}")

    assert sorted(peeking) == []


def test_the_engine_runs_without_a_framework():
    script = (
        "import sys, risk_engine, risk_engine.cli\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}"
        " & {'django', 'wagtail', 'celery'}))"
    )

    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"
