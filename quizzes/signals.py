"""What quizzes announce to the apps above, on commit."""

from django.dispatch import Signal

# attempt: Attempt, submitted and graded; again when its grade was corrected.
attempt_submitted = Signal()
