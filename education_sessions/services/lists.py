"""Who is to come to a session."""

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from education_sessions.models import (
    Attendance,
    AttendanceStatus,
    Audience,
    EducationSession,
)
from people.models import Absence, Employee, PartyBranch, RoleGrant
from people.models.roles import BRANCH_ROLES


def people_meant(*, branch: PartyBranch, audience: Audience, on: date) -> "QuerySet[Employee]":
    """Return who is on a list of the branch on that day, and employed."""
    if audience == Audience.COMMITTEE:
        grants = RoleGrant.objects.in_force(on=on).filter(branch=branch, role__in=BRANCH_ROLES)
        return Employee.objects.employed(on=on).filter(pk__in=grants.values("employee"))
    people = Employee.objects.employed(on=on).of_branch(branch, on=on)
    return people if audience == Audience.ALL_STAFF else people.filter(is_party_member=True)


def bring_list_up_to_date(*, session: EducationSession) -> list[Employee]:
    """Add who has joined the list and take off who has left it; return who was added.

    Who has signed in, asked for leave or was marked stays. Who is away that day by the roster is
    noted as on leave. The caller's transaction.
    """
    day = timezone.localdate(session.starts_at)
    meant = {
        person.pk: person
        for person in people_meant(
            branch=session.branch, audience=Audience(session.audience), on=day
        )
    }
    listed = set(Attendance.objects.filter(session=session).values_list("employee", flat=True))
    away = {
        absence.employee_id: absence.get_kind_display()
        for absence in Absence.objects.in_force(on=day).filter(employee__in=meant)
    }
    added = [person for pk, person in meant.items() if pk not in listed]
    Attendance.objects.bulk_create(
        [
            Attendance(
                session=session,
                employee=person,
                is_member=person.is_party_member,
                status=(AttendanceStatus.LEAVE if person.pk in away else AttendanceStatus.EXPECTED),
                reason=away.get(person.pk, ""),
            )
            for person in added
        ],
        ignore_conflicts=True,
    )
    gone = Attendance.objects.filter(session=session, status=AttendanceStatus.EXPECTED)
    gone.expected().exclude(employee__in=meant).delete()
    return added
