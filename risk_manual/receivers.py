"""What the manual does when a page is published."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from wagtail.signals import page_published

from risk_manual.models import RiskPointPage
from risk_manual.services import freeze_point


@receiver(page_published, sender=RiskPointPage)
def freeze_published_point(instance: RiskPointPage, **kwargs: Any) -> None:
    """Freeze the text that has just been published."""
    freeze_point(point=instance, now=timezone.now())
