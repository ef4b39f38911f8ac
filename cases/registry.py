"""What the apps above tell the case library, and what they show on its pages.

``case_parts``: there is a place for ``lessons`` on the page of a case. ``register_use_kind``: the
ways in which an app shows cases; it then notes each use with ``cases.services.note_use``.
``register_dependants``: what of an app rests on a case, so that it is not deleted under it.
``register_theme_names``: the names of the themes that cases carry as codes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.parts import PageParts

if TYPE_CHECKING:
    from cases.models import CasePage

case_parts = PageParts()


@dataclass(frozen=True, slots=True)
class UseKind:
    """A way of showing a case; a confidential one is known to the officers of its unit alone."""

    code: str
    label: str
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Dependant:
    """Something that rests on a case: what it is, its title, and where it can be seen."""

    kind: str
    title: str
    url: str = ""


DependantSource = Callable[["CasePage"], Iterable[Dependant]]
NameSource = Callable[[], Mapping[str, str]]

_use_kinds: dict[str, UseKind] = {}
_dependants: list[DependantSource] = []
_theme_names: list[NameSource] = []


def register_use_kind(code: str, label: str, *, confidential: bool = False) -> None:
    """Register a way in which an app shows cases."""
    _use_kinds[code] = UseKind(code, label, confidential)


def knows_use(code: str) -> bool:
    """Return whether an app has registered this way."""
    return code in _use_kinds


def use_label(code: str) -> str:
    """Return the words for a way of showing; the code where its app is gone."""
    return _use_kinds[code].label if code in _use_kinds else code


def confidential_uses() -> list[str]:
    """Return the ways that only officers may know of."""
    return [kind.code for kind in _use_kinds.values() if kind.confidential]


def register_dependants(source: DependantSource) -> DependantSource:
    """Register what of an app rests on a case."""
    _dependants.append(source)
    return source


def dependants_of(case: "CasePage") -> list[Dependant]:
    """Return everything that rests on a case; some queries for each app above."""
    return [dependant for source in _dependants for dependant in source(case)]


def register_theme_names(source: NameSource) -> None:
    """Register names of themes by their codes."""
    _theme_names.append(source)


def theme_names() -> dict[str, str]:
    """Return the names of the themes that are known."""
    return {code: name for source in _theme_names for code, name in source().items()}
