"""Facts of apps below that people are told of."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from jobs.models import Job
from jobs.signals import job_ended
from notifications.services import tell_job_owner


@receiver(job_ended)
def tell_owner_of_ended_job(job: Job, **kwargs: Any) -> None:
    """Tell who asked for the job."""
    tell_job_owner(job=job, now=timezone.now())
