"""Three hundred people sign in within one minute, and nobody is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from audit.models import AuditEntry
from audit.services import first_broken
from education_sessions.models import Attendance, SignInWay
from education_sessions.services import sign_in
from people.models import Employee
from tests.education_sessions.conftest import at
from tests.factories import EducationSessionFactory, EmployeeFactory

PEOPLE, AT_ONCE = 300, 20

pytestmark = pytest.mark.django_db(transaction=True)


def test_three_hundred_sign_in_at_once_each_twice_and_nobody_is_lost():
    session = EducationSessionFactory(starts_at=at(15))
    people = Employee.objects.bulk_create(EmployeeFactory.build_batch(PEOPLE))
    Attendance.objects.bulk_create(
        Attendance(session=session, employee=person, is_member=False) for person in people
    )
    guests = Employee.objects.bulk_create(EmployeeFactory.build_batch(5))
    gate = threading.Barrier(AT_ONCE)

    def tap(person):
        try:
            sign_in(session=session, employee=person, way=SignInWay.SCAN, device="", now=at(14, 50))
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE, initializer=gate.wait) as pool:
        list(pool.map(tap, [*people, *people, *guests, *guests]))

    rows = Attendance.objects.filter(session=session)
    assert rows.present().count() == rows.count() == PEOPLE + 5
    assert rows.expected().count() == PEOPLE
    entries = AuditEntry.objects.filter(action="education_sessions.signed_in")
    assert entries.count() == PEOPLE + 5
    assert first_broken(AuditEntry.objects.order_by("pk")) is None
