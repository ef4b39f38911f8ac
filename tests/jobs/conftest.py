import pytest

from jobs import registry


@pytest.fixture(autouse=True)
def only_the_jobs_of_these_tests(monkeypatch):
    """Keep what other apps run by the clock out of the queue."""
    import tests.jobs.handlers  # noqa: F401

    ours = {
        name: registry.kind_of(name) for name in registry.kind_names() if name.startswith("tests.")
    }
    monkeypatch.setattr(registry, "_kinds", ours)
