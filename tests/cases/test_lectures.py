"""A lecture from a case in two clicks: the screen, the hand-out, the group's practice."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from cases.exceptions import NotALecturer
from cases.models import CasePage, CaseUse, LecturePack, Visibility
from cases.presentation import LONGEST_STEP, steps_of
from cases.services import group_figures, make_lecture_pack
from people.models import Role
from quizzes.models import Attempt
from quizzes.services import confirm_answer, withdraw_question
from risk_manual.models import PointControl
from risk_manual.services import freeze_point
from tests.cases.conftest import account
from tests.factories import CasePageFactory, QuestionFactory, RiskPointPageFactory

pytestmark = pytest.mark.django_db

LECTURERS = [
    Role.BRANCH_SECRETARY,
    Role.BRANCH_DISCIPLINE_MEMBER,
    Role.TRAINING_OFFICER,
    Role.EDITOR,
    Role.DISCIPLINE_OFFICER,
    Role.DISCIPLINE_HEAD,
]


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def case() -> CasePage:
    points = [RiskPointPageFactory(code=code) for code in ("GF-09", "GF-11")]
    QuestionFactory.create_batch(3, primary_risk_point=points[0])
    QuestionFactory(primary_risk_point=points[1], stem="封印号对不上，你怎么办？")
    return CasePageFactory(
        code="AL-01",
        risk_points=points,
        discussion_questions=["第二人该怎么做", "客户说先别封，怎么答"],
    )


@pytest.fixture
def lecturer():
    return account(Role.BRANCH_SECRETARY)


@pytest.fixture
def pack(case, lecturer, now) -> LecturePack:
    return make_lecture_pack(case=case, by=lecturer, now=now)


@pytest.mark.parametrize("role", LECTURERS)
def test_two_clicks_lead_to_the_screen_and_make_one_use(case, role):
    client = signed_in(account(role))
    assertContains(client.get(case.url), reverse("cases:make_lecture", args=["AL-01"]))

    made = client.post(reverse("cases:make_lecture", args=["AL-01"]))
    pack = LecturePack.objects.get()
    assertRedirects(made, reverse("cases:lecture", args=[pack.pk]))
    assertContains(client.get(made.url), reverse("cases:screen", args=[pack.pk, 1]))
    assert client.get(reverse("cases:screen", args=[pack.pk, 1])).status_code == 200

    use = CaseUse.objects.get()
    assert (use.case, use.kind, use.subject) == (case, "lecture_pack", pack.cause)
    assert use.used_by == pack.made_by


@pytest.mark.parametrize("role", [None, Role.LEADER, Role.SYSTEM_ADMIN])
def test_who_does_not_lecture_is_offered_and_given_nothing(case, role, now):
    user = account(role)
    client = signed_in(user)

    assertNotContains(client.get(case.url), "做成讲课包")
    made = client.post(reverse("cases:make_lecture", args=["AL-01"]))
    assertContains(made, "讲课包由支部书记", status_code=403)
    with pytest.raises(NotALecturer):
        make_lecture_pack(case=case, by=user, now=now)
    assert not CaseUse.objects.exists()


def test_on_the_same_day_it_is_the_same_pack_and_the_same_use(case, lecturer, pack, now):
    again = make_lecture_pack(case=case, by=lecturer, now=now + timedelta(hours=5))
    tomorrow = make_lecture_pack(case=case, by=lecturer, now=now + timedelta(days=1))

    assert again == pack
    assert tomorrow != pack
    assert CaseUse.objects.count() == 2


def test_every_point_of_the_case_is_asked_about(pack):
    points = [row.version.question.primary_risk_point.code for row in pack.questions.all()]

    assert len(points) == 3
    assert set(points) == {"GF-09", "GF-11"}


def test_a_pack_belongs_to_who_made_it(pack):
    client = signed_in(account(Role.BRANCH_SECRETARY))

    for name, extra in (("lecture", []), ("screen", [1]), ("handout", [])):
        assert client.get(reverse(f"cases:{name}", args=[pack.pk, *extra])).status_code == 404


def test_a_case_that_was_closed_to_the_lecturer_closes_the_pack(pack, lecturer):
    CasePage.objects.update(visibility=Visibility.DISCIPLINE)

    assert signed_in(lecturer).get(reverse("cases:lecture", args=[pack.pk])).status_code == 404


def test_a_case_for_few_says_so_before_it_is_shown(case, now):
    CasePage.objects.update(visibility=Visibility.DISCIPLINE)
    officer = account(Role.DISCIPLINE_OFFICER)
    pack = make_lecture_pack(case=case, by=officer, now=now)

    page = signed_in(officer).get(reverse("cases:lecture", args=[pack.pk]))

    assertContains(page, "只给纪检人员看，开讲前请看看在场的人")


class TestTheScreen:
    def test_it_goes_from_the_facts_over_the_turning_points_to_the_questions(self, pack):
        kinds = [step.kind for step in steps_of(pack)]

        assert kinds == [
            "教学示例",
            "经过",
            "转折点1",
            "转折点1",
            "经过",
            "怎么处理",
            "支部讨论",
            "支部讨论",
            "一句话",
            *["一起练"] * 6,
        ]

    def test_what_was_kept_and_not_kept_is_shown_between(self, pack, case, now):
        from cases.models import CaseControl

        point = RiskPointPageFactory(code="GF-17", controls=[PointControl(seq=1, text="双人到场")])
        freeze_point(point=point, now=now)
        case.controls = [CaseControl(point=point, seq=1, held=False)]
        case.save()
        pack.case.refresh_from_db()

        step = next(one for one in steps_of(pack) if one.kind == "守住与没守住")

        assert step.points == ["GF-17措施1没守住：双人到场"]

    def test_the_answer_comes_one_screen_after_the_question(self, pack, lecturer):
        client = signed_in(lecturer)
        last = len(steps_of(pack))
        asked = client.get(reverse("cases:screen", args=[pack.pk, last - 1]))
        answered = client.get(reverse("cases:screen", args=[pack.pk, last]))

        assertContains(asked, "做法1")
        for secret in ("正确答案", "缘由", "对应措施1"):
            assertNotContains(asked, secret)
        for told in ("正确答案", "缘由2", "对应措施1"):
            assertContains(answered, told)

    def test_every_screen_leads_on_and_back_without_script(self, pack, lecturer):
        client = signed_in(lecturer)
        last = len(steps_of(pack)) + 1

        for number in range(1, last + 1):
            page = client.get(reverse("cases:screen", args=[pack.pk, number])).content.decode()
            onward = reverse("cases:screen", args=[pack.pk, number + 1])
            back = reverse("cases:screen", args=[pack.pk, number - 1])
            assert (f'rel="next" href="{onward}"' in page) == (number < last)
            assert (f'rel="prev" href="{back}"' in page) == (number > 1)
        assertContains(client.get(reverse("cases:screen", args=[pack.pk, last])), "<svg")
        assert client.get(reverse("cases:screen", args=[pack.pk, last + 1])).status_code == 404
        assert client.get(reverse("cases:screen", args=[pack.pk, 0])).status_code == 404

    def test_it_is_in_the_largest_letters_whatever_the_lecturer_likes(self, pack, lecturer):
        page = signed_in(lecturer).get(reverse("cases:screen", args=[pack.pk, 1]))

        assertContains(page, 'data-size="care"')

    def test_a_long_story_is_told_in_stretches_that_lose_nothing(self, pack):
        story = "他没有到场。" * 60 + "他说：“先别急着封。”" + "一" * 400
        pack.case.story = story
        pack.case.turning_points = []

        told = [step.text for step in steps_of(pack) if step.kind == "经过"]

        assert "".join(told) == story
        assert max(map(len, told)) <= LONGEST_STEP + 2


class TestTheHandOut:
    def test_it_is_a_pdf_with_the_case_and_the_questions(self, pack, lecturer):
        response = signed_in(lecturer).get(reverse("cases:handout", args=[pack.pk]))

        assert response["Content-Type"] == "application/pdf"
        assert "AL-01" in response["Content-Disposition"]
        text = text_of(response.content)
        for part in ("经过", "转折点1", "第二人该怎么做", "练一练的答案", "教学自编示例"):
            assert part in text
        assert "封印号对不上" in text

    def test_a_case_without_questions_has_a_hand_out_too(self, lecturer, now):
        case = CasePageFactory(code="AL-02", risk_points=[RiskPointPageFactory()])
        pack = make_lecture_pack(case=case, by=lecturer, now=now)
        client = signed_in(lecturer)

        assert client.get(reverse("cases:handout", args=[pack.pk])).status_code == 200
        assertContains(client.get(reverse("cases:lecture", args=[pack.pk])), "放映到讨论为止")


class TestThePractice:
    def answered(self, pack, *, right: bool, now) -> Attempt:
        user = account()
        client = signed_in(user)
        started = client.post(reverse("cases:practice", args=[pack.pk]))
        attempt = Attempt.objects.get(employee=user.employee)
        assert reverse("quizzes:attempt", args=[attempt.pk]) in started.url
        for answer in attempt.answers.select_related("version"):
            key = "B" if right else "A"
            letter = next(
                letter for letter, option in answer.shown_options() if option["key"] == key
            )
            confirm_answer(
                attempt=attempt, number=answer.number, response=[letter], sequence=1, now=now
            )
        return attempt

    def test_phones_get_the_questions_of_the_screen(self, pack, now):
        attempt = self.answered(pack, right=True, now=now)

        asked = [answer.version_id for answer in attempt.answers.order_by("number")]
        assert asked == [row.version_id for row in pack.questions.order_by("number")]
        assert attempt.cause == pack.cause

    def test_who_starts_twice_goes_on(self, pack, reader):
        client = signed_in(reader)
        client.post(reverse("cases:practice", args=[pack.pk]))
        client.post(reverse("cases:practice", args=[pack.pk]))

        assert Attempt.objects.count() == 1

    def test_the_page_for_phones_says_nothing_of_a_case_that_few_may_read(self, pack, reader):
        CasePage.objects.update(visibility=Visibility.DISCIPLINE)
        page = signed_in(reader).get(reverse("cases:practice", args=[pack.pk]))

        assertContains(page, "3道题")
        assertNotContains(page, "变压器")
        assertNotContains(page, "AL-01")

    def test_the_lecturer_sees_how_many_were_right_from_five_persons_on(self, pack, lecturer, now):
        for right in (True, True, False, True):
            self.answered(pack, right=right, now=now)
        four = signed_in(lecturer).get(reverse("cases:lecture", args=[pack.pk]))
        assertContains(four, "作答的不到5人，不显示对错")
        assert group_figures(pack=pack).right is None

        self.answered(pack, right=False, now=now)

        figures = group_figures(pack=pack)
        assert (figures.persons, figures.right) == (5, {1: 3, 2: 3, 3: 3})
        assertContains(
            signed_in(lecturer).get(reverse("cases:lecture", args=[pack.pk])), "5人作答，3人答对"
        )

    def test_who_practises_again_is_counted_once_with_the_first_answers(self, pack, now):
        for right in (True, True, True, True, True):
            attempt = self.answered(pack, right=right, now=now)
        client = signed_in(attempt.employee.user)
        client.post(reverse("cases:practice", args=[pack.pk]))
        again = Attempt.objects.get(employee=attempt.employee, submitted_at=None)
        for answer in again.answers.select_related("version"):
            letter = next(
                letter for letter, option in answer.shown_options() if option["key"] == "A"
            )
            confirm_answer(
                attempt=again,
                number=answer.number,
                response=[letter],
                sequence=1,
                now=now + timedelta(hours=1),
            )

        figures = group_figures(pack=pack)

        assert (figures.persons, figures.right) == (5, {1: 5, 2: 5, 3: 5})

    def test_questions_withdrawn_since_fall_out_and_the_last_one_says_so(
        self, pack, reader, editor, now
    ):
        for row in pack.questions.all():
            withdraw_question(question=row.version.question, by=editor, now=now)
        client = signed_in(reader)

        response = client.post(reverse("cases:practice", args=[pack.pk]), follow=True)

        assertContains(response, "这次讲课的题都已撤下")


def text_of(pdf: bytes) -> str:
    """Return the text of a PDF without white space."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return "".join("".join(pages).split())
