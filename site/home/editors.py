"""Who may work in the editors' back office: Wagtail asks a group, we ask the roles held today."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q
from wagtail.models import GroupPagePermission, Page

from people.models import Role, User

GROUP = "内容编辑"
PAGE_PERMISSIONS = ("add_page", "change_page", "publish_page", "lock_page", "unlock_page")
# App, model, and what editors do with its rows beside looking at them.
MODEL_PERMISSIONS = {
    ("risk_manual", "legalbasis"): ("add", "change", "delete"),
    ("risk_manual", "manualedition"): ("change",),
    ("risk_manual", "registerpoint"): ("add", "change", "delete"),
    ("quizzes", "question"): ("add", "change"),
    ("courses", "mediafile"): ("add", "change"),
}


def admit_editor(*, user: User) -> bool:
    """Return whether the account holds the role of editor today, and let Wagtail know.

    Costs one query beside the scope where nothing has changed.
    """
    holds = user.scope.has(Role.EDITOR)
    member = user.groups.filter(name=GROUP).first()
    if holds and member is None:
        user.groups.add(editors_group())
    elif member is not None and not holds:
        user.groups.remove(member)
    return holds


@transaction.atomic
def editors_group() -> Group:
    """Return the group of editors with its permissions, bringing both up to date."""
    group, _ = Group.objects.get_or_create(name=GROUP)
    wanted = Q(content_type__app_label="wagtailadmin", codename="access_admin")
    for (app, model), actions in MODEL_PERMISSIONS.items():
        codes = [f"{action}_{model}" for action in (*actions, "view")]
        wanted |= Q(content_type__app_label=app, content_type__model=model, codename__in=codes)
    group.permissions.set(Permission.objects.filter(wanted))
    root = Page.get_first_root_node()
    for permission in Permission.objects.filter(
        content_type__app_label="wagtailcore",
        content_type__model="page",
        codename__in=PAGE_PERMISSIONS,
    ):
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    return group
