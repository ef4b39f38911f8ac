"""The clauses a question rests on, as readers see them."""

from collections.abc import Sequence
from typing import TypedDict

from risk_manual.models import LegalBasis, Verification


class BasisReference(TypedDict):
    """A law or rule by its code in the basis library, and the article."""

    ref: str
    article: str


class Clause(TypedDict):
    """A clause, as ``components/basis.html`` takes it."""

    title: str
    detail: str
    verified: bool


def clauses_of(references: Sequence[BasisReference]) -> list[Clause]:
    """Return the clauses that the basis library knows, each with whether it is verified.

    Two queries, however many references.
    """
    known = {
        basis.code: basis
        for basis in LegalBasis.objects.filter(
            code__in=[reference["ref"] for reference in references]
        ).prefetch_related("articles")
    }
    shown = []
    for reference in references:
        basis = known.get(reference["ref"])
        if basis is None:
            continue
        article = next(
            (row for row in basis.articles.all() if row.number == reference["article"]), None
        )
        status = article.status if article is not None else basis.status
        shown.append(
            Clause(
                title=f"{basis.title}{reference['article']}",
                detail=article.gist if article is not None else "",
                verified=status == Verification.VERIFIED,
            )
        )
    return shown
