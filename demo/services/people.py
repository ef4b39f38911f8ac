"""Writing the people of a world into the database, in a fixed number of statements."""

from datetime import date, datetime, time, timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from demo.accounts import PARTS, PASSWORD
from demo.places import DEPARTMENT_POSTS
from demo.services.errors import ContentMissing
from demo.world import World
from people import models
from people.services.statements import current_text

BATCH = 500


def load_people(world: World, *, now: datetime) -> None:
    """Write units, branches, posts, people, postings, roles and accounts; the caller's transaction.

    :raises ContentMissing: if the posts of the manual are not there.
    """
    units = _units(world)
    branches = _branches(world, units)
    positions = _positions(world)
    people = _people(world)
    _postings(world, units=units, positions=positions, people=people)
    _grants(world, units=units, branches=branches, people=people)
    _circumstances(world, people=people)
    _statements(world, people=people)
    _accounts(world, people=people)


def _units(world: World) -> dict[str, models.OrgUnit]:
    units: dict[str, models.OrgUnit] = {}
    for kind in ("city", "county", "station"):
        level = [
            models.OrgUnit(
                code=unit.code,
                name=unit.name,
                kind=unit.kind,
                parent=units[unit.parent] if unit.parent else None,
                path=(units[unit.parent].path if unit.parent else "") + f"{unit.code}/",
            )
            for unit in world.units
            if unit.kind == kind
        ]
        units.update({unit.code: unit for unit in models.OrgUnit.objects.bulk_create(level)})
    return units


def _branches(world: World, units: dict[str, models.OrgUnit]) -> dict[str, models.PartyBranch]:
    branches = {
        branch.code: branch
        for branch in models.PartyBranch.objects.bulk_create(
            models.PartyBranch(code=branch.code, name=branch.name, unit=units[branch.unit])
            for branch in world.branches
        )
    }
    models.BranchCoverage.objects.bulk_create(
        models.BranchCoverage(
            branch=branches[coverage.branch],
            unit=units[coverage.unit],
            valid_from=coverage.valid_from,
            valid_to=coverage.valid_to,
        )
        for coverage in world.coverages
    )
    return branches


def _positions(world: World) -> dict[str, models.Position]:
    models.Position.objects.bulk_create(
        [
            models.Position(
                code=post.code,
                name=post.name,
                duty=post.duty,
                level=models.PositionLevel.DEPARTMENT,
                order=100 + order,
            )
            for order, post in enumerate(DEPARTMENT_POSTS)
        ],
        ignore_conflicts=True,
    )
    positions = {position.code: position for position in models.Position.objects.all()}
    missing = {posting.position for posting in world.postings} - set(positions)
    if missing:
        raise ContentMissing(
            f"还没有岗位 {'、'.join(sorted(missing))}，请先运行 manage.py load_content。"
        )
    return positions


def _people(world: World) -> dict[str, models.Employee]:
    made = models.Employee.objects.bulk_create(
        (
            models.Employee(
                emp_no=person.emp_no,
                name=person.name,
                employment_type=person.employment_type,
                is_party_member=person.is_party_member,
                joined_on=person.joined_on,
                left_on=person.left_on,
            )
            for person in world.persons
        ),
        batch_size=BATCH,
    )
    return {employee.emp_no: employee for employee in made}


def _postings(
    world: World,
    *,
    units: dict[str, models.OrgUnit],
    positions: dict[str, models.Position],
    people: dict[str, models.Employee],
) -> None:
    models.Posting.objects.bulk_create(
        (
            models.Posting(
                employee=people[posting.emp_no],
                unit=units[posting.unit],
                position=positions[posting.position],
                kind=posting.kind,
                is_main=posting.is_main,
                deputy=people[posting.deputy] if posting.deputy else None,
                valid_from=posting.valid_from,
                valid_to=posting.valid_to,
            )
            for posting in world.postings
        ),
        batch_size=BATCH,
    )


def _grants(
    world: World,
    *,
    units: dict[str, models.OrgUnit],
    branches: dict[str, models.PartyBranch],
    people: dict[str, models.Employee],
) -> None:
    models.RoleGrant.objects.bulk_create(
        models.RoleGrant(
            employee=people[grant.emp_no],
            role=grant.role,
            unit=units[grant.unit] if grant.unit else None,
            branch=branches[grant.branch] if grant.branch else None,
            valid_from=grant.valid_from,
            valid_to=grant.valid_to,
        )
        for grant in world.grants
    )


def _circumstances(world: World, *, people: dict[str, models.Employee]) -> None:
    models.Absence.objects.bulk_create(
        models.Absence(
            employee=people[absence.emp_no],
            kind=absence.kind,
            valid_from=absence.valid_from,
            valid_to=absence.valid_to,
        )
        for absence in world.absences
    )
    models.Declaration.objects.bulk_create(
        models.Declaration(
            employee=people[declaration.emp_no],
            kind=declaration.kind,
            relative=people[declaration.relative] if declaration.relative else None,
            description=declaration.description,
            valid_from=declaration.valid_from,
            valid_to=declaration.valid_to,
        )
        for declaration in world.declarations
    )
    models.Recusal.objects.bulk_create(
        models.Recusal(
            employee=people[recusal.emp_no],
            about=people[recusal.about],
            reason=recusal.reason,
            valid_from=recusal.valid_from,
            valid_to=recusal.valid_to,
        )
        for recusal in world.recusals
    )


def _statements(world: World, *, people: dict[str, models.Employee]) -> None:
    """Let most sign and declare early in the year, and who joined since on the second day."""
    text = current_text()
    relations = {d.emp_no: d for d in world.declarations if d.kind == "interest"}
    commitments, statements = [], []
    for number, (emp_no, employee) in enumerate(people.items()):
        start = max(date(world.as_of.year, 1, 5) + timedelta(days=number % 40), employee.joined_on)
        day = start + timedelta(days=1)
        if day > world.as_of or (employee.left_on is not None and employee.left_on <= day):
            continue
        at = timezone.make_aware(datetime.combine(day, time(9, number % 60)))
        # One in eleven has not got round to it.
        if number % 11 or employee.joined_on.year == world.as_of.year:
            commitments.append(
                models.Commitment(
                    employee=employee, year=day.year, text=text, signed_at=at, signed_on=day
                )
            )
        if number % 11 > 1 or emp_no in relations or employee.joined_on.year == world.as_of.year:
            statements.append(
                models.InterestStatement(employee=employee, declared_at=at, declared_on=day)
            )
    models.Commitment.objects.bulk_create(commitments, batch_size=BATCH)
    made = models.InterestStatement.objects.bulk_create(statements, batch_size=BATCH)
    models.InterestEntry.objects.bulk_create(
        models.InterestEntry(statement=statement, **_interest(statement.employee, number))
        for number, statement in enumerate(made)
        if statement.employee.emp_no in relations
    )


def _interest(employee: models.Employee, number: int) -> dict[str, str | bool]:
    """Return one of three invented firms in which a relative works."""
    relation, company, role = (
        (models.Relation.SPOUSE, "江城宏远电力安装有限公司", "资料员"),
        (models.Relation.SIBLING, "江城顺达五金建材店", "经营者"),
        (models.Relation.SELF, "江城安居物业服务有限公司", "持股5%"),
    )[number % 3]
    name = employee.name if relation == models.Relation.SELF else f"{employee.name[0]}某某"
    return {
        "relation": relation,
        "relative_name": name,
        "company": company,
        "role": role,
        "deals_with_us": number % 3 < 2,
    }


def _accounts(world: World, *, people: dict[str, models.Employee]) -> None:
    # One hash for all of them: the password is public, and argon2 is slow on purpose.
    password = make_password(PASSWORD)
    models.User.objects.bulk_create(
        models.User(
            username=world.named(part.name).emp_no,
            employee=people[world.named(part.name).emp_no],
            password=password,
        )
        for part in PARTS
    )


def employed_on(day: date) -> dict[str, models.Employee]:
    """Return everyone employed on a day by staff number; one query."""
    return {e.emp_no: e for e in models.Employee.objects.employed(on=day).order_by("pk")}
