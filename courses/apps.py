from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = "课程"

    def ready(self) -> None:
        from wagtail.models import ReferenceIndex

        from cases.registry import register_use_kind
        from courses import parts, receivers, tasks  # noqa: F401
        from courses.models import Enrollment, LessonProgress, LessonView
        from courses.services.showing import LESSON_USE

        register_use_kind(LESSON_USE, "课和微课")
        # Without this, deleting a page that these rows protect is a 500 in the editor.
        for model in (Enrollment, LessonProgress, LessonView):
            ReferenceIndex.register_model(model)
