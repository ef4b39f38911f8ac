"""What the demonstration offers to the log-in page and the start command."""

from django.utils import timezone

from demo.accounts import PARTS, PASSWORD
from people.models import User
from people.registry import DemoAccount


def accounts() -> list[DemoAccount]:
    """List the accounts of the demonstration that are there, in the order of their parts."""
    roles = {part.name: part.role for part in PARTS}
    users = User.objects.filter(employee__name__in=roles).select_related("employee")
    today = timezone.localdate()
    by_name = {user.employee.name: user for user in users if user.employee is not None}
    listed = []
    for name, role in roles.items():
        user = by_name.get(name)
        if user is None or user.employee is None:
            continue
        posting = user.employee.main_posting(on=today)
        listed.append(
            DemoAccount(
                role=role,
                name=name,
                post=f"{posting.unit}{posting.position}" if posting else "",
                username=user.username,
                password=PASSWORD,
            )
        )
    return listed
