from django.apps import AppConfig


class EducationSessionsConfig(AppConfig):
    name = "education_sessions"
    verbose_name = "支部学习"

    def ready(self) -> None:
        from wagtail.models import ReferenceIndex

        from education_sessions import receivers, tasks  # noqa: F401
        from education_sessions.models import AgendaItem

        # Without this, deleting a page that these rows protect is a 500 in the editor.
        ReferenceIndex.register_model(AgendaItem)
