from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = "题库与测验"

    def ready(self) -> None:
        from wagtail.models import ReferenceIndex

        from quizzes import parts  # noqa: F401
        from quizzes.models import Attempt, QuestionUpload

        # Without this, deleting a risk point that these rest on ends in a server error.
        ReferenceIndex.register_model(Attempt)
        ReferenceIndex.register_model(QuestionUpload)
