from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "案例"

    def ready(self) -> None:
        from wagtail.models import ReferenceIndex

        from cases import dependants, parts, receivers  # noqa: F401
        from cases.models import CaseUse, LecturePack
        from cases.registry import register_use_kind
        from cases.services.lectures import PACK_USE

        register_use_kind(PACK_USE, "讲课包")
        # Without this, deleting a case on which these rest ends in a server error.
        ReferenceIndex.register_model(CaseUse)
        ReferenceIndex.register_model(LecturePack)
