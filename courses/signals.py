"""What courses announce to the apps above, on commit."""

from django.dispatch import Signal

# view: LessonView, just completed; sent once for each.
lesson_completed = Signal()
