"""What happens with every page of Wagtail."""

from typing import Any

from django.dispatch import receiver
from modelsearch.index import insert_or_update_object
from wagtail.signals import page_published


@receiver(page_published)
def index_with_children(instance: Any, **kwargs: Any) -> None:
    """Index the page once more: its saving indexed it before its inline children were saved."""
    insert_or_update_object(instance)
