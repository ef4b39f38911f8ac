"""Random draws that depend on their key alone, so that a longer world repeats the shorter one."""

from random import Random


def draw(*key: object) -> Random:
    """Return a generator for the key; the same key gives the same draws on every machine."""
    return Random("|".join(str(part) for part in key))  # noqa: S311 - a world, not a secret
