"""Long work: rows are the queue, the broker only nudges."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import ChannelError, OperationalError

logger = logging.getLogger(__name__)


def wake() -> None:
    """Nudge the worker once the current transaction is committed.

    A broker that cannot be reached loses nothing: the worker looks for due rows every few seconds
    anyway.
    """
    transaction.on_commit(_nudge)


def _nudge() -> None:
    try:
        # By name: what enqueues lies below what runs.
        current_app.tasks["jobs.run_due"].delay()
    except (OperationalError, ChannelError, OSError) as error:
        logger.warning("The broker was not nudged (%s); the next sweep runs what is due", error)
