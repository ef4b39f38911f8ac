"""A micro-lesson in the editor's hands: three minutes at most, one good way out; and offline."""

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from people.models import Role
from tests.factories import (
    MicroLessonPageFactory,
    PositionFactory,
    PostingFactory,
    RiskPointPageFactory,
    RoleGrantFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson():
    lesson = MicroLessonPageFactory(code="WK-50")
    # The form sends all of the script and the choice anew.
    lesson.script, lesson.decision_options = [], []
    lesson.risk_points.set([RiskPointPageFactory()])
    lesson.positions.set([PositionFactory()])
    lesson.save()
    return lesson


@pytest.fixture
def editor(sign_in):
    return sign_in(RoleGrantFactory(role=Role.EDITOR).employee)


def sent(lesson, *, script=(("开场", 30, "算一道账。"), ("讲案", 30, "看一个案例。")), good=(1,),
         duration=60, publish=True):  # fmt: skip
    """Return what the editor's form sends."""
    fields = {
        "code": lesson.code,
        "series": lesson.series,
        "title": lesson.title,
        "slug": lesson.slug,
        "duration_seconds": duration,
        "month": "",
        "edition_label": lesson.edition_label,
        "themes": "T01",
        "script": inline_formset(
            [{"id": "", "part": name, "seconds": s, "text": text} for name, s, text in script]
        ),
        "decision_situation": lesson.decision_situation,
        "decision_options": inline_formset(
            [
                {
                    "id": "",
                    "text": f"做法{n}",
                    "comment": "缘由",
                    **({"is_good": "on"} if n in good else {}),
                }
                for n in (1, 2, 3)
            ]
        ),
        "recall_question": lesson.recall_question,
        "recall_answer": lesson.recall_answer,
        "key_sentence": lesson.key_sentence,
        "questions": inline_formset([]),
        "comments": inline_formset([]),
    }
    chosen = {
        "positions": [str(position.pk) for position in lesson.positions.all()],
        "risk_points": [str(point.pk) for point in lesson.risk_points.all()],
    }
    return nested_form_data(fields) | chosen | ({"action-publish": "1"} if publish else {})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"duration": 200, "script": (("开场", 200, "长"),)}, "最长180秒"),
        ({"duration": 90}, "各段加起来是60秒，时长写的是90秒"),
        (
            {"script": (("开场", 50, "短"), ("讲案", 10, "字" * 120))},
            "“讲案”有120个字，10秒念不完，至少要22秒",
        ),
        ({"good": (1, 2)}, "有2项可取，要恰好一项"),
        ({"good": ()}, "有0项可取"),
    ],
)
def test_what_cannot_be_a_lesson_is_not_published_but_may_wait_as_a_draft(
    editor, lesson, changes, sentence
):
    address = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    before = lesson.latest_revision

    refused = editor.post(address, sent(lesson, **changes))
    assert refused.status_code == 200
    assert sentence in refused.text
    lesson.refresh_from_db()
    assert lesson.latest_revision == before

    kept = editor.post(address, sent(lesson, publish=False, **changes))
    assert kept.status_code == 302
    lesson.refresh_from_db()
    assert lesson.latest_revision is not None
    assert lesson.duration_seconds == 60


def test_a_lesson_that_fits_is_published(editor, lesson):
    published = editor.post(reverse("wagtailadmin_pages:edit", args=[lesson.pk]), sent(lesson))

    assert published.status_code == 302
    assert [part.seconds for part in type(lesson).objects.get(pk=lesson.pk).script.all()] == [
        30,
        30,
    ]


def test_the_offline_copy_is_one_file_for_who_holds_sessions(sign_in):
    MicroLessonPageFactory(code="WK-50")
    address = reverse("courses:offline", args=["WK-50"])
    person = PostingFactory().employee
    assert sign_in(person).get(address).status_code == 403
    assert address not in sign_in(person).get(reverse("courses:lesson", args=["WK-50"])).text

    RoleGrantFactory(employee=person, role=Role.TRAINING_OFFICER)
    answer = sign_in(person).get(address)
    assert "attachment" in answer["Content-Disposition"]
    assert "规矩硬一点" in answer.text
    assert "不记录谁看过" in answer.text
    assert "演示版" in answer.text
    for foreign in ("src=", "href=", "url(", "@import", "fetch("):
        assert foreign not in answer.text
    assert address in sign_in(person).get(reverse("courses:lesson", args=["WK-50"])).text


def test_publishing_in_bulk_holds_lessons_to_the_same(editor, lesson):
    address = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    editor.post(address, sent(lesson, publish=False, duration=200, good=()))
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])

    refused = editor.post(f"{bulk}?id={lesson.pk}", follow=True)

    assert "不能发布，一节也没有发布" in refused.text
    lesson.refresh_from_db()
    assert lesson.duration_seconds == 60
    editor.post(address, sent(lesson, publish=False))
    editor.post(f"{bulk}?id={lesson.pk}")
    lesson.refresh_from_db()
    assert not lesson.has_unpublished_changes
