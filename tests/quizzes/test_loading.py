"""The demonstration's bank: loaded whole or not at all, again without doubling anything."""

import shutil

import pytest
import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone

import quizzes.loading
import risk_manual.loading
from common.loading import ContentFolder
from people.models import Position, PositionLevel
from quizzes.models import Question, QuestionVersion
from quizzes.services import start_attempt, start_position_attempt
from risk_manual.models import RiskPointPage
from tests.factories import EmployeeFactory, PostingFactory

FILE = "questions/GF.yaml"
BAD = {
    0: (lambda q: q.update(type="essay"), "type的值“essay”不认识"),
    1: (lambda q: q.update(risk_points=["GF-99"]), "risk_points里的风险点“GF-99”不存在"),
    2: (lambda q: q.update(positions=["clown"]), "positions里的岗位“clown”不存在"),
    4: (lambda q: q.update(control=9), "GF-01没有第9条措施"),
    6: (lambda q: q["options"][0].update(right=True, why="对"), "有且只有一个正确选项"),
    7: (lambda q: q["options"][0].update(why=""), "每个选项都要有文字，也要写明为什么"),
    8: (lambda q: q.update(basis=[{"ref": "XXX"}]), "basis里的依据“XXX”不存在"),
    9: (lambda q: q.pop("stem"), "缺少stem"),
    10: (lambda q: q.update(code="GF-01-4"), "编码与第"),
    11: (lambda q: q.update(options="没有"), "options应是一列"),
    12: (lambda q: q.update(basis="没有"), "basis应是一列"),
    13: (lambda q: q.update(stem=["一", "二"]), "stem应是一段文字"),
    14: (lambda q: q.update(unit="一个长得放不下的计量单位"), "unit不合要求"),
}


@pytest.fixture(scope="module")
def manual(django_db_setup, django_db_blocker):
    """The risk points, loaded once for all tests of this file and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        source = ContentFolder(settings.CONTENT_DIR)
        risk_manual.loading.load(source, now=timezone.now())
        source.remember()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def folder(manual, db, tmp_path):
    return shutil.copytree(settings.CONTENT_DIR, tmp_path / "content")


def load(folder, now):
    source = ContentFolder(folder)
    quizzes.loading.load(source, now=now)
    source.remember()
    return source


def change(folder, edit):
    path = folder / FILE
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(document["questions"])
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")


def test_the_bank_gives_everyone_a_quiz_on_every_point_and_for_every_post(folder, now):
    load(folder, now)
    Position.objects.create(
        code="party_affairs", name="党建专责", level=PositionLevel.DEPARTMENT, order=99
    )
    positions = list(Position.objects.all())
    nobody = EmployeeFactory()

    quizzes_of_posts = [
        start_position_attempt(employee=PostingFactory(position=position).employee, now=now)
        for position in positions
    ]
    counts = [
        start_attempt(employee=nobody, risk_point=point, cause="", now=now).question_count
        for point in RiskPointPage.objects.live()
    ]

    assert (Question.objects.count(), Question.objects.drawable().count()) == (732, 704)
    assert not Question.objects.awaiting_approval().exists()
    assert len(positions) >= 22
    assert {quiz.question_count for quiz in quizzes_of_posts} == {5}
    assert (len(counts), set(counts)) == (60, {3})
    assert start_position_attempt(employee=nobody, now=now).question_count == 5


def test_loading_again_changes_only_what_the_files_changed(folder, now):
    load(folder, now)
    Question.objects.filter(code="GF-01-3").update(stem="编辑改过的题干")
    Question.objects.filter(code="GF-01-4").update(status="withdrawn")

    def edit(questions):
        questions[0]["stem"] = "改过的题干，你怎么做"
        questions[1]["difficulty"] = 3
        questions[2]["stem"] = "随附的新题干"
        questions[3]["stem"] = "撤下的题也更新，但不发布"

    change(folder, edit)

    again = load(folder, now)

    text, mark, edited, withdrawn = Question.objects.filter(
        code__in=["GF-01-1", "GF-01-2", "GF-01-3", "GF-01-4"]
    ).order_by("code")
    assert again.counts["题目"] == {"unchanged": 728, "updated": 3, "kept": 1}
    assert [str(kept) for kept in again.kept] == ["题目 GF-01-3：编辑改过，保留现在的内容。"]
    assert (text.version.number, text.version.stem) == (2, "改过的题干，你怎么做")
    assert (mark.version.number, mark.difficulty) == (1, 3)
    assert edited.stem == "编辑改过的题干"
    assert (withdrawn.status, withdrawn.version.number) == ("withdrawn", 2)
    assert QuestionVersion.objects.count() == 734


def test_every_bad_row_is_reported_by_file_row_and_reason(folder, now):
    def edit(questions):
        for row, (spoil, _) in BAD.items():
            spoil(questions[row])

    change(folder, edit)
    source = ContentFolder(folder)

    with transaction.atomic():
        quizzes.loading.load(source, now=now)

    reports = [str(bad) for bad in source.bad]
    assert all(report.startswith(f"{FILE} 第") for report in reports)
    missing = [reason for _, reason in BAD.values() if not any(reason in r for r in reports)]
    assert missing == []
    assert len({report.partition("（")[0] for report in reports}) >= len(BAD) - 2
