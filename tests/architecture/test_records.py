"""What holds for every model of ours."""

import pytest
from django.apps import apps
from django.db.models import PROTECT, ForeignKey
from wagtail.models import Orderable, Page, ReferenceIndex

from tests.architecture.test_layers import our_models


def protected_pages():
    """Return every field of a plain record that keeps a page from being deleted."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey)
        and field.remote_field.on_delete is PROTECT
        and issubclass(field.related_model, Page)
        and model._meta.app_label in {m._meta.app_label for m in our_models()}
    ]


@pytest.mark.parametrize("field", protected_pages(), ids=str)
def test_a_page_that_evidence_rests_on_is_known_to_the_editor(field):
    """Without this, deleting the page in the editor is a server error instead of a refusal."""
    assert field.model in ReferenceIndex.tracked_models


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_a_model_has_a_chinese_name_and_no_hidden_order(model):
    assert any("\u4e00" <= letter <= "\u9fff" for letter in str(model._meta.verbose_name))
    assert model._meta.ordering == [] or issubclass(model, Page | Orderable)


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_a_constraint_is_named_after_its_app(model):
    label = model._meta.app_label
    names = [constraint.name for constraint in model._meta.constraints]

    assert [name for name in names if not name.startswith(f"{label}_")] == []
