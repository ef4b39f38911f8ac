"""A station with its head and a mentor, the path of new hires, and a class of them."""

from datetime import date

import pytest
from wagtail.models import Site

from courses.models import AssessmentKind, CourseIndexPage, CourseKind, CoursePage, LessonPage
from courses.services import form_class, keep_list
from people.models import Employee
from quizzes.models import QuestionType
from tests.courses.acting import at, cycle, learn
from tests.factories import (
    PositionFactory,
    PostingFactory,
    QuestionFactory,
    RiskPointPageFactory,
    StationFactory,
    UserFactory,
)

HEADS = "工号,姓名,用工性质,中共党员,入职日期,单位,岗位,师傅工号,用手机"
CHECK = {
    "code": "c1",
    "stem": "收了购物卡怎么办？",
    "options": [
        {"key": "A", "text": "收下", "right": False},
        {"key": "B", "text": "登记", "right": True},
    ],
}


@pytest.fixture
def station():
    return StationFactory(name="城东供电所")


@pytest.fixture
def manager():
    return PositionFactory(code="account_manager", name="客户经理")


@pytest.fixture
def mentor(station, manager):
    return PostingFactory(unit=station, position=manager).employee


@pytest.fixture
def head(station):
    return PostingFactory(
        unit=station, position=PositionFactory(code="station_head", name="供电所所长")
    ).employee


@pytest.fixture
def officer():
    return UserFactory()


@pytest.fixture
def path(manager):
    """The three levels and the refresher of the post, on a point with questions of every kind."""
    point = RiskPointPageFactory(position=manager)
    QuestionFactory.create_batch(22, primary_risk_point=point)
    QuestionFactory.create_batch(11, primary_risk_point=point, type=QuestionType.SCENARIO)
    shelf = CourseIndexPage(title="课程", slug="courses")
    Site.objects.get(is_default_site=True).root_page.add_child(instance=shelf)

    def course(code, kind, order, assessment, **extra):
        page = CoursePage(
            code=code,
            slug=code.lower(),
            title=f"新员工廉洁三级教育：{code}",
            kind=kind,
            order=order,
            assessment=assessment,
            pass_mark=80,
            **extra,
        )
        return shelf.add_child(instance=page)

    def lesson(course, code, *, positions=()):
        page = LessonPage(
            code=code, slug=code.lower(), title=code, minutes=45, text="字" * 300, checks=[CHECK]
        )
        course.add_child(instance=page)
        page.risk_points.set([point])
        page.positions.set(positions)
        page.save()
        return page

    items = [
        {"seq": 1, "title": "同框照片", "risk_point": "GF-11", "must_see": "照片里三样清楚",
         "positions": ["account_manager"], "alternative": "其他岗位：找出三样要素"},
        {"seq": 2, "title": "谢绝与登记", "risk_point": "GF-24", "must_see": "当场谢绝",
         "positions": "all"},
    ]  # fmt: skip
    one = course("L1", CourseKind.ONBOARDING, 1, AssessmentKind.CLOSED_BOOK)
    two = course("L2", CourseKind.ONBOARDING, 2, AssessmentKind.SCENARIO)
    three = course(
        "L3", CourseKind.ONBOARDING, 3, AssessmentKind.SIGN_OFF,
        validity_months=12, sign_off={"items": items},
    )  # fmt: skip
    refresher = course(
        "R", CourseKind.REFRESHER, 1, AssessmentKind.QUIZ, quiz_blueprint={point.code: {"2": 3}}
    )
    refresher.positions.set([manager])
    refresher.save()
    lesson(one, "L1-1")
    lesson(two, "L2-1")
    lesson(two, "L2-2", positions=[PositionFactory(code="expense_clerk", name="报账员")])
    lesson(three, "L3-1")
    return {"L1": one, "L2": two, "L3": three, "R": refresher}


@pytest.fixture
def listed(station, mentor):
    def _listed(*rows, first=0, count=0):
        lines = [HEADS, *rows]
        lines += [
            f"99{n:06d},新人{n},直签,否,2026-11-02,城东供电所,客户经理,{mentor.emp_no},是"
            for n in range(first, first + count)
        ]
        return "\n".join(lines).encode("gb18030")

    return _listed


@pytest.fixture
def formed(officer, station, listed, path, now):
    def _formed(data, *, name="2026年秋季班"):
        kept = keep_list(
            name=name, unit=station, file_name="新员工.csv", data=data, by=officer, now=now
        )
        return form_class(training_class=kept, by=officer, now=now)

    return _formed


@pytest.fixture
def hire(formed, listed):
    formed(listed(count=1))
    hire = Employee.objects.get(emp_no="99000000")
    hire.user.must_change_password = False
    hire.user.save()
    return hire


@pytest.fixture
def on_the_third_level(hire):
    """The cycle of a new hire who has passed two levels and read the third."""
    for code in ("L1", "L2"):
        level = cycle(hire, code)
        learn(level, now=at(date(2026, 11, 25)))
        level.status, level.settled_at = "completed", at(date(2026, 11, 25), 10)
        level.save()
    third = cycle(hire, "L3")
    learn(third, now=at(date(2026, 11, 25), 11))
    return third
