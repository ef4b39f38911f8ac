"""Publication of a case, whichever way Wagtail takes to it."""

from typing import Any

from django.db.models.signals import pre_save
from django.dispatch import receiver

from cases import services
from cases.models import CasePage


@receiver(pre_save, sender=CasePage, dispatch_uid="cases.publication")
def refuse_unchecked_publication(instance: CasePage, raw: bool, **kwargs: Any) -> None:
    """Stop a revision on its way to the readers if nobody confirmed it.

    The form, publishing in bulk, workflows, the schedule and Wagtail's own interface all end here.
    """
    if raw or instance.pk is None or not instance.live or instance.live_revision_id is None:
        return
    stored = CasePage.objects.filter(pk=instance.pk).values_list("live", "live_revision_id").first()
    if stored != (True, instance.live_revision_id):
        services.refuse_unchecked(instance)
