"""Reading citations from ``content/``; pages of several apps carry them."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from common.loading import ContentFolder, Row
from common.pages import plain_fields
from risk_manual.models import Citation, LegalBasis, Verification

C = TypeVar("C", bound=Citation)

VERIFICATIONS = {state.label: state.value for state in Verification}


def citations_in(
    source: ContentFolder, name: str, row: Row, key: str, bases: Mapping[str, LegalBasis]
) -> list[dict[str, Any]]:
    """Return the citations of a row in the shape of ``citation_fields``; report what is wrong."""
    found = []
    for citation in row.get(key) or []:
        if not isinstance(citation, Row):
            source.reject(name, row, f"{key}里的“{citation}”应写明ref和text，请改正。")
            continue
        source.pick(name, citation, "ref", bases, what="依据")
        found.append(
            {
                "basis": str(citation.get("ref")),
                "text": source.text(name, citation, "text"),
                "article": source.text(name, citation, "article"),
                "status": source.choice(name, citation, "verified", VERIFICATIONS),
            }
        )
    return found


def citations_from(
    model: type[C], fields: Iterable[Mapping[str, Any]], bases: Mapping[str, LegalBasis]
) -> list[C]:
    """Return new citations of a page, in order."""
    return [
        model(sort_order=order, **{**values, "basis": bases[values["basis"]]})
        for order, values in enumerate(fields)
    ]


def citation_fields(citations: Iterable[Citation]) -> list[dict[str, Any]]:
    """Return the citations of a page as JSON can carry them; wants ``basis`` prefetched."""
    return [
        {**plain_fields(citation, ("text", "article", "status")), "basis": citation.basis.code}
        for citation in citations
    ]
