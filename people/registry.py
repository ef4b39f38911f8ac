"""What an app above may add to the log-in page: the demonstration's accounts."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of the demonstration, shown on the log-in page and printed at start."""

    role: str
    name: str
    post: str
    username: str
    password: str


_providers: list[Callable[[], list[DemoAccount]]] = []


def register_demo_accounts(provider: Callable[[], list[DemoAccount]]) -> None:
    """Add a function that lists the demonstration's accounts."""
    _providers.append(provider)


def demo_accounts() -> list[DemoAccount]:
    """Return the demonstration's accounts; the caller asks only where the demonstration runs."""
    return [account for provider in _providers for account in provider()]
