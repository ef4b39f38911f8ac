"""Facts that apps above may want to know; sent after the transaction has been committed.

Each fact is also a date on a row (``tip_announced_at``, ``announced_at``,
``taken_back_announced_at``), so that a sweep sends again what a crash swallowed. Receivers must be
safe to run twice.
"""

from django.dispatch import Signal

# warning: RiskWarning. Its receiver has been told; the time to undo is over.
tip_released = Signal()

# order: WorkOrder, learner: Employee | None. Its conclusion has taken effect; the learner is whom
# the officer named, else the receiver.
order_concluded = Signal()

# warning: RiskWarning, reason: str, the one sentence that the person was told. It is as if it had
# never fired; the time to undo is over.
cause_taken_back = Signal()

# objection: Objection. Remedial learning rests while it is open.
objection_filed = Signal()

# objection: Objection. It was upheld (then the cause is taken back too) or not (learning goes on).
objection_decided = Signal()
