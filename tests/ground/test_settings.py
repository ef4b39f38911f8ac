"""What a real installation and the demonstration refuse, in processes of their own."""

import os
import subprocess
import sys
from datetime import date

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.startup import refuse_demonstration
from demo.models import DemoRun

LONG = "k7#Qm2" * 10


def load(module, **environment):
    """Import a settings module in a fresh process and return what it said and how it ended."""
    base = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    paths = os.pathsep.join([str(settings.BASE_DIR), str(settings.SITE_DIR)])
    return subprocess.run(
        [sys.executable, "-c", f"import config.settings.{module}"],
        env=base | {"PYTHONPATH": paths} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_a_secret_of_its_own():
    assert load("production", SECRET_KEY=LONG).returncode == 0


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is no secret"),
        ({"SECRET_KEY": "demonstration-on-127.0.0.1-only" * 2}, "SECRET_KEY is no secret"),
        ({"SECRET_KEY": LONG, "QINGFENG_DEMO": "1"}, "QINGFENG_DEMO must not be set"),
        ({"SECRET_KEY": LONG, "QINGFENG_DEMO": "maybe"}, "neither true nor false"),
        ({"SECRET_KEY": LONG, "DATABASE_URL": "mysql://root@127.0.0.1/qf"}, "unknown database"),
        ({"SECRET_KEY": LONG, "CELERY_BROKER_URL": "sqs://"}, "unknown broker"),
    ],
)
def test_production_refuses_to_start_without_what_makes_it_safe(environment, words):
    answer = load("production", **environment)

    assert answer.returncode != 0
    assert words in answer.stderr


def test_the_demonstration_refuses_other_hosts_than_this_machine():
    answer = load("dev", ALLOWED_HOSTS="127.0.0.1,qingfeng.example.com")

    assert answer.returncode != 0
    assert "for this machine only" in answer.stderr


@pytest.mark.django_db
def test_the_demonstration_answers_this_machine_only(client):
    at_home = client.get("/login/")
    abroad = client.get("/login/", REMOTE_ADDR="192.168.1.20")

    assert at_home.status_code == 200
    assert abroad.status_code == 403
    assert "只能在运行它的这台电脑上打开" in abroad.content.decode()


@pytest.mark.django_db
def test_a_real_installation_answers_everybody(client, settings):
    settings.DEMO = False

    assert client.get("/login/", REMOTE_ADDR="192.168.1.20").status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "[::]"])  # noqa: S104
def test_gunicorn_refuses_to_offer_the_demonstration_to_a_network(host):
    answer = subprocess.run(
        [
            *[sys.executable, "-m", "gunicorn", "config.wsgi"],
            *["--config", str(settings.SITE_DIR / "config" / "gunicorn.py")],
            *["--bind", f"{host}:0"],
        ],
        env=os.environ | {"QINGFENG_DEMO": "1", "DJANGO_SETTINGS_MODULE": "config.settings.dev"},
        cwd=settings.SITE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert answer.returncode != 0
    assert "只能在本机使用" in answer.stderr


@pytest.mark.django_db
def test_a_real_installation_refuses_a_database_with_the_demonstration_in_it(settings):
    settings.DEMO = False
    refuse_demonstration()
    DemoRun.objects.create(seed=7, as_of=date(2026, 11, 24))

    with pytest.raises(ImproperlyConfigured, match="known passwords"):
        refuse_demonstration()


@pytest.mark.django_db
def test_the_demonstration_may_use_its_own_database():
    DemoRun.objects.create(seed=7, as_of=date(2026, 11, 24))

    refuse_demonstration()
