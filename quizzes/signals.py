"""What quizzes announce to the apps above, on commit."""

from django.dispatch import Signal

# attempt: Attempt, just submitted; sent once for each.
attempt_submitted = Signal()
