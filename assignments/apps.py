from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    name = "assignments"
    verbose_name = "培训任务"

    def ready(self) -> None:
        from wagtail.models import ReferenceIndex

        from assignments import parts, receivers, tasks  # noqa: F401
        from assignments.models import (
            Allotment,
            CompletionEvidence,
            TrainingAssignment,
            TrainingTrigger,
        )
        from assignments.services import due_dates_of_cycles
        from courses.registry import register_due_dates

        register_due_dates(due_dates_of_cycles)

        # Without this, deleting a page that these rows protect is a 500 in the editor.
        for model in (Allotment, CompletionEvidence, TrainingAssignment, TrainingTrigger):
            ReferenceIndex.register_model(model)
