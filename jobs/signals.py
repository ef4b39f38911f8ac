"""Facts that apps above may receive."""

from django.dispatch import Signal

# job=: sent once the end is committed, and again by the sweep for a while, so that a receiver that
# was cut off is made up for. Receivers must be safe to run twice. Periodic jobs do not send it.
job_ended = Signal()
