"""Wagtail search backend that finds Chinese words on SQLite FTS5 and PostgreSQL.

Neither database knows where a Chinese word ends. Every run of Han characters is therefore indexed
as overlapping pairs (廉洁风险 as 廉洁 洁风 风险) and searched as a phrase of pairs, so that a word
is found inside any sentence and nothing else is. Single characters are kept too, once each, at the
end. Needs no dictionary and no extension.

The indexers of ``modelsearch`` offer no place to hook into, so they are replaced by subclasses when
the backend is made; ``tests/common/test_search.py`` says what must still hold after an upgrade.
"""

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import connection
from modelsearch.backends.base import EmptySearchResults
from modelsearch.query import And, Boost, Fuzzy, MatchAll, Not, Or, Phrase, PlainText, SearchQuery

if TYPE_CHECKING:
    from modelsearch.backends.base import BaseSearchBackend

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_HAN_RUN = re.compile(f"[{HAN}]+")
_TOKEN = re.compile(f"[{HAN}]+|[^\\W_{HAN}]+")

# PostgreSQL keeps word positions up to 16383: behind it phrases can no longer be told.
LAST_POSITION = 16000
# A whole pasted page is no question: what is behind the first words is left out.
LONGEST_QUERY = 50


def _tokens(text: str) -> list[str]:
    """Return the pairs of each Han run and all other words, in order.

    Between two Han runs stands a single character, or 基本，本电 would be found as 基本电.
    """
    tokens: list[str] = []
    previous = ""
    for run in _TOKEN.findall(unicodedata.normalize("NFKC", text)):
        if not _HAN_RUN.fullmatch(run):
            tokens.append(run)
            previous = ""
            continue
        if previous:
            tokens.append(previous[-1])
        tokens += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
        previous = run
    return tokens


def index_text(text: str, last_position: int | None = None) -> str:
    """Return what is indexed of a text.

    What stands behind ``last_position`` keeps its words of two characters, each once, but no order.
    """
    tokens = _tokens(text)
    ordered, rest = tokens[:last_position], tokens[last_position:] if last_position else []
    singles = dict.fromkeys("".join(_HAN_RUN.findall(unicodedata.normalize("NFKC", text))))
    return " ".join([*ordered, *dict.fromkeys(rest), *singles])


def query_text(text: str) -> str:
    """Return a text that was typed in the words of the index."""
    return " ".join(_tokens(text)[:LONGEST_QUERY])


def _exactly(text: str, operator: str | None = None) -> SearchQuery | None:
    """Return the query for a typed text: each of its words as it stands."""
    runs = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text)).split()
    parts = [Phrase(query_text(run)) for run in runs[:LONGEST_QUERY]]
    if len(parts) < 2:
        return parts[0] if parts else None
    return Or(parts) if (operator or "and").lower() == "or" else And(parts)


def rewrite(query: SearchQuery | str, operator: str | None = None) -> SearchQuery | None:
    """Return the query in the words of the index, in a form that both databases understand.

    Parts without any word are left out; None when nothing is left.
    """
    if isinstance(query, str):
        return _exactly(query, operator)
    if isinstance(query, (PlainText, Fuzzy)):
        return _exactly(query.query_string, query.operator)
    if isinstance(query, Phrase):
        text = query_text(query.query_string)
        return Phrase(text) if text else None
    if isinstance(query, Boost):
        return rewrite(query.subquery)
    if isinstance(query, Not):
        inner = rewrite(query.subquery)
        return _negated(inner) if inner is not None else None
    if isinstance(query, (And, Or)):
        parts = [part for part in map(rewrite, query.subqueries) if part is not None]
        return _all_of(parts) if isinstance(query, And) else _any_of(parts)
    return query


def _negated(query: SearchQuery) -> SearchQuery:
    return query.subquery if isinstance(query, Not) else Not(query)


def _all_of(parts: list[SearchQuery]) -> SearchQuery | None:
    """Return that all parts hold. FTS5 cannot begin with a negation: at most the whole is one."""
    if not any(isinstance(part, Not) for part in parts):
        parts = [part for part in parts if not isinstance(part, MatchAll)] or parts[:1]
    if len(parts) < 2:
        return parts[0] if parts else None
    if all(isinstance(part, Not) for part in parts):
        return Not(Or([part.subquery for part in parts]))
    return And(parts)


def _any_of(parts: list[SearchQuery]) -> SearchQuery | None:
    """Return that one part holds; with a negation among them, that not all of the others fail."""
    if len(parts) < 2:
        return parts[0] if parts else None
    if any(isinstance(part, MatchAll) for part in parts):
        return MatchAll()
    if any(isinstance(part, Not) for part in parts):
        inner = _all_of([_negated(part) for part in parts])
        return _negated(inner) if inner is not None else None
    return Or(parts)


class ChineseSearchMixin:
    """A search backend of ``modelsearch`` that speaks in pairs of characters."""

    def search(
        self,
        query: SearchQuery | str,
        model_or_queryset: Any,
        fields: list[str] | None = None,
        operator: str | None = None,
        order_by_relevance: bool = True,
    ) -> Any:
        """Search for whole words.

        :raises NotImplementedError: if ``fields`` names anything but the title: the index knows
            only the title and the rest.
        """
        if fields is not None and set(fields) != {"title"}:
            raise NotImplementedError(f"search(fields={fields!r}): only ['title'] is indexed apart")
        rewritten = rewrite(query, operator)
        if rewritten is None:
            return EmptySearchResults()
        return super().search(  # type: ignore[misc]  # the backend it is mixed into
            rewritten, model_or_queryset, fields=fields, order_by_relevance=order_by_relevance
        )

    def autocomplete(self, query: SearchQuery | str, model_or_queryset: Any, **kwargs: Any) -> Any:
        """Search for words that begin as typed."""
        if isinstance(query, (PlainText, Phrase, Fuzzy)):
            query = query.query_string
        words = query_text(query) if isinstance(query, str) else ""
        if not words:
            return EmptySearchResults()
        return super().autocomplete(  # type: ignore[misc]  # the backend it is mixed into
            words, model_or_queryset, **kwargs
        )


def SearchBackend(params: dict[str, Any]) -> "BaseSearchBackend":  # noqa: N802 - Wagtail's name
    """Return the backend for the database in use; named by ``WAGTAILSEARCH_BACKENDS``."""
    if connection.vendor == "postgresql":
        params.setdefault("SEARCH_CONFIG", "simple")
        return _postgres_backend()(params)
    return _sqlite_backend()(params)


@lru_cache(maxsize=1)
def _sqlite_backend() -> type["BaseSearchBackend"]:
    from modelsearch.backends.database.sqlite import sqlite
    from modelsearch.backends.database.sqlite.query import BM25

    class Indexer(sqlite.ObjectIndexer):
        def prepare_value(self, value: Any) -> str:
            return index_text(value) if isinstance(value, str) else super().prepare_value(value)

    class Compiler(sqlite.SQLiteSearchQueryCompiler):
        def build_tsrank(self, *args: Any, **kwargs: Any) -> BM25:
            # bm25() ranks the whole query; the stock product of it per word turns the order round.
            return BM25()

    class Backend(ChineseSearchMixin, sqlite.SQLiteSearchBackend):
        query_compiler_class = Compiler

    sqlite.ObjectIndexer = Indexer
    return Backend


@lru_cache(maxsize=1)
def _postgres_backend() -> type["BaseSearchBackend"]:
    from django.contrib.postgres.search import SearchQuery as TextQuery
    from django.db.models import F
    from modelsearch.backends.database.postgres import postgres

    class Indexer(postgres.ObjectIndexer):
        def as_vector(self, texts: list[tuple[str, str]], for_autocomplete: bool = False) -> Any:
            pairs = [(index_text(text, LAST_POSITION), weight) for text, weight in texts]
            return super().as_vector(pairs, for_autocomplete)

    class Compiler(postgres.PostgresSearchQueryCompiler):
        def build_tsquery_content(
            self, query: SearchQuery, config: Any = None, invert: bool = False
        ) -> Any:
            if isinstance(query, Phrase):
                # The stock method forgets the negation of a phrase.
                return TextQuery(
                    query.query_string, search_type="phrase", config=config, invert=invert
                )
            return super().build_tsquery_content(query, config=config, invert=invert)

        def get_fields_vectors(self, search_query: Any) -> list[tuple[F, F]]:
            # The stock method reads the column itself, where words are not told apart.
            return [(F("index_entries__title"), F("index_entries__title_norm"))]

    class Backend(ChineseSearchMixin, postgres.PostgresSearchBackend):
        query_compiler_class = Compiler

    postgres.ObjectIndexer = Indexer
    return Backend
