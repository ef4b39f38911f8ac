from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = "题库与测验"

    def ready(self) -> None:
        from wagtail.models import ReferenceIndex

        from quizzes import parts  # noqa: F401
        from quizzes.models import Attempt

        # Without this, deleting a risk point that attempts rest on ends in a server error.
        ReferenceIndex.register_model(Attempt)
