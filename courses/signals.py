"""What courses announce to the apps above, on commit."""

from django.dispatch import Signal

# view: LessonView, just completed; sent once for each.
lesson_completed = Signal()

# enrollment: Enrollment, just opened (with its mentor and starts_on), or just settled in any way.
enrollment_opened = Signal()
enrollment_settled = Signal()
