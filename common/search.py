"""Wagtail search backend that makes Chinese searchable on SQLite FTS5 and PostgreSQL.

Every run of Han characters is indexed as overlapping pairs plus single characters
("廉洁风险" -> 廉洁 洁风 风险 廉 洁 风 险) and queried as a phrase of pairs.
No dictionary, no extension, no third-party package.
"""

import re
import unicodedata

from django.db import connection
from modelsearch.backends.base import EmptySearchResults
from modelsearch.query import And, Not, Or, Phrase, PlainText

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


def _pairs(run):
    return [run[i : i + 2] for i in range(len(run) - 1)]


def index_text(text):
    text = unicodedata.normalize("NFKC", text)
    return HAN.sub(lambda m: " %s " % " ".join(_pairs(m[0]) + list(m[0])), text)


def query_text(text):
    text = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text))
    return HAN.sub(lambda m: " %s " % " ".join(_pairs(m[0]) or [m[0]]), text).strip()


def _runs(text):
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text)).split()


def exact(text, operator=None):
    """Each blank-separated term must occur as written: pairs in unbroken order."""
    parts = [Phrase(query_text(run)) for run in _runs(text)]
    if len(parts) < 2:
        return parts[0] if parts else None
    return (Or if (operator or "and").lower() == "or" else And)(parts)


def rewrite(query, operator=None):
    """A copy of the query with its Chinese text split like the index; None when nothing is left."""
    if isinstance(query, str):
        return exact(query, operator)
    if isinstance(query, PlainText):
        return exact(query.query_string, query.operator)
    if isinstance(query, Phrase):
        text = query_text(query.query_string)
        return Phrase(text) if text else None
    if isinstance(query, (And, Or)):
        parts = [q for q in map(rewrite, query.subqueries) if q is not None]
        return type(query)(parts) if parts else None
    if isinstance(query, Not):
        inner = rewrite(query.subquery)
        return Not(inner) if inner is not None else None
    return query


class ZhMixin:
    def search(self, query, *args, operator=None, **kwargs):
        query = rewrite(query, operator)
        return EmptySearchResults() if query is None else super().search(query, *args, **kwargs)

    def autocomplete(self, query, *args, **kwargs):
        if isinstance(query, str):
            query = query_text(query)
        return super().autocomplete(query, *args, **kwargs) if query else EmptySearchResults()


def SearchBackend(params):
    if connection.vendor == "postgresql":
        from modelsearch.backends.database.postgres import postgres as db

        if not hasattr(db.ObjectIndexer, "_zh"):
            as_vector = db.ObjectIndexer.as_vector
            db.ObjectIndexer.as_vector = lambda self, texts, for_autocomplete=False: as_vector(
                self, [(index_text(t), w) for t, w in texts], for_autocomplete
            )
            db.ObjectIndexer._zh = True
        params.setdefault("SEARCH_CONFIG", "simple")
        base = db.PostgresSearchBackend
    else:
        from modelsearch.backends.database.sqlite import sqlite as db

        if not hasattr(db.ObjectIndexer, "_zh"):
            prepare = db.ObjectIndexer.prepare_value
            db.ObjectIndexer.prepare_value = lambda self, value: (
                index_text(value) if isinstance(value, str) else prepare(self, value)
            )
            db.ObjectIndexer._zh = True
        base = db.SQLiteSearchBackend
    return type("Zh" + base.__name__, (ZhMixin, base), {})(params)
