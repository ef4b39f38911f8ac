from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = "课程"

    def ready(self) -> None:
        from wagtail.models import ReferenceIndex

        from courses import parts  # noqa: F401
        from courses.models import LessonView

        # Without this, deleting a lesson that was seen ends in a server error.
        ReferenceIndex.register_model(LessonView)
