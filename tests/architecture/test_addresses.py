"""Every named address of ours can be written from its parts."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, PathConverter, SlugConverter, StringConverter
from django.urls.resolvers import RoutePattern

from tests.architecture.test_layers import our_models

OURS = {model._meta.app_label for model in our_models()} | {"home"}
EXAMPLES = {
    IntConverter: 7,
    SlugConverter: "gf-01",
    PathConverter: "a/b",
    StringConverter: "GF-01",
}


def named_addresses():
    """Return (name, example arguments) for every named pattern in a namespace of ours."""
    found = []

    def walk(patterns, namespace, converters):
        for pattern in patterns:
            held = converters | getattr(pattern.pattern, "converters", {})
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, pattern.namespace or namespace, held)
            elif (
                isinstance(pattern, URLPattern)
                and pattern.name
                and namespace in OURS
                and isinstance(pattern.pattern, RoutePattern)
            ):
                found.append((f"{namespace}:{pattern.name}", held))

    walk(get_resolver().url_patterns, "", {})
    return found


# The ids name no object in memory: workers of one run must agree on them.
@pytest.mark.parametrize(
    ("name", "converters"),
    named_addresses(),
    ids=lambda part: part if isinstance(part, str) else "-".join(part),
)
def test_the_address_can_be_written(name, converters):
    arguments = {key: EXAMPLES.get(type(value), "x") for key, value in converters.items()}

    assert reverse(name, kwargs=arguments).startswith("/")


def test_no_name_is_given_twice():
    names = [name for name, _ in named_addresses()]

    assert sorted(names) == sorted(set(names))
