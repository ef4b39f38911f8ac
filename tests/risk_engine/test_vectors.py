"""The worked examples of every theme, on every backend."""

import pytest

import risk_engine
from risk_engine.themes import all_themes, vectors
from risk_engine.vectors import run_vector

EXAMPLES = [(code, vector) for code in all_themes() for vector in vectors(code)]


@pytest.mark.parametrize(
    ("theme", "vector"), EXAMPLES, ids=[f"{code}-{vector['code']}" for code, vector in EXAMPLES]
)
def test_a_worked_example_comes_out_to_the_cent(theme: str, vector: dict, backend: str) -> None:
    assert run_vector(theme, vector, backend, risk_engine.run) == []
