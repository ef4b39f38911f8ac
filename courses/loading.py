"""Loads ``content/lessons.yaml`` and ``content/courses.yaml``.

The films and the lectures of ``courses.yaml`` belong to the sessions of the branches.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from cases.models import CasePage
from common.loading import ContentFolder, Row
from common.pages import assign, index_page, plain_fields, save_loaded
from courses.models import (
    AssessmentKind,
    CourseIndexPage,
    CourseKind,
    CoursePage,
    DecisionOption,
    LessonPage,
    LessonPart,
    LessonQuestion,
    MicroLessonIndexPage,
    MicroLessonPage,
)
from people.models import Position
from quizzes.models import Question
from risk_manual.models import RiskPointPage

MICRO_FILE = "lessons.yaml"
COURSE_FILE = "courses.yaml"

MICRO_TEXTS = ("title", "series", "edition_label", "month", "key_sentence")
MICRO_FIELDS = (
    *MICRO_TEXTS,
    "duration_seconds",
    "themes",
    "decision_situation",
    "recall_question",
    "recall_answer",
)
COURSE_FIELDS = (
    "title",
    "kind",
    "edition_label",
    "order",
    "form",
    "profession",
    "minutes",
    "text",
    "notes",
    "assessment",
    "pass_mark",
    "quiz_blueprint",
    "sign_off",
    "validity_months",
)
LESSON_FIELDS = ("title", "minutes", "due_days_after_joining", "text", "activity", "checks")
ASSESSMENTS = {kind.value: kind.value for kind in AssessmentKind}


@dataclass(frozen=True, slots=True)
class _Known:
    """What lessons and courses may refer to, by code; read once."""

    points: Mapping[str, RiskPointPage]
    positions: Mapping[str, Position]
    cases: Mapping[str, CasePage]
    questions: Mapping[str, Question]

    @classmethod
    def read(cls) -> "_Known":
        return cls(
            points=_by_code(RiskPointPage.objects.all()),
            positions=_by_code(Position.objects.all()),
            cases=_by_code(CasePage.objects.all()),
            questions=_by_code(Question.objects.only("code")),
        )


def _by_code(rows: Iterable[Any]) -> dict[str, Any]:
    return {row.code: row for row in rows}


def load(source: ContentFolder, *, now: datetime) -> None:
    """Load the micro-lessons, then the courses that use them."""
    known = _Known.read()
    micro_lessons = _load_micro_lessons(source, known)
    _load_courses(source, known, micro_lessons)


def _load_micro_lessons(source: ContentFolder, known: _Known) -> dict[str, MicroLessonPage]:
    shelf = index_page(MicroLessonIndexPage, title="廉政三分钟", slug="lessons")
    pages = MicroLessonPage.objects.prefetch_related(
        "risk_points", "positions", "cases", "script", "decision_options", "questions__question"
    )
    stored = _by_code(pages)
    required = ("code", *MICRO_TEXTS, "risk_points", "audience", "script", "decision", "recall")
    for row in source.rows(MICRO_FILE, "lessons", required=required):
        _load_micro_lesson(source, row, stored, shelf, known)
    return stored


def _load_micro_lesson(
    source: ContentFolder,
    row: Row,
    stored: dict[str, MicroLessonPage],
    shelf: MicroLessonIndexPage,
    known: _Known,
) -> None:
    wanted = _micro_lesson_in(source, row, known)
    if wanted is None:
        return
    present = stored.get(row["code"])
    lesson = present or MicroLessonPage(code=row["code"], slug=row["code"].lower())

    def write() -> None:
        assign(lesson, {key: wanted[key] for key in MICRO_FIELDS})
        related = {
            "risk_points": [known.points[code] for code in wanted["risk_points"]],
            "positions": [known.positions[code] for code in wanted["positions"]],
            "cases": [known.cases[code] for code in wanted["cases"]],
            "script": _ordered(LessonPart, wanted["script"]),
            "decision_options": _ordered(DecisionOption, wanted["decision_options"]),
            "questions": [
                LessonQuestion(sort_order=order, question=known.questions[code])
                for order, code in enumerate(wanted["questions"])
            ],
        }
        assign(lesson, related)
        save_loaded(lesson, under=shelf)
        stored[lesson.code] = lesson

    source.settle(
        model=MicroLessonPage,
        code=row["code"],
        wanted=wanted,
        stored=_micro_lesson_fields(present) if present else None,
        write=write,
        has_draft=present is not None and present.has_unpublished_changes,
    )


def _ordered(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    return [model(sort_order=order, **fields) for order, fields in enumerate(rows)]


def _micro_lesson_in(source: ContentFolder, row: Row, known: _Known) -> dict[str, Any] | None:
    """Return the row in the shape of ``_micro_lesson_fields``, or None where it is bad."""
    before = len(source.bad)
    decision, recall = row["decision"], row["recall"]
    if not isinstance(decision, Row) or not isinstance(recall, Row):
        source.reject(MICRO_FILE, row, "decision或recall的写法不对，请对照其他微课改正。")
        return None
    links: dict[str, list[Any]] = {
        "risk_points": source.pick(MICRO_FILE, row, "risk_points", known.points, what="风险点"),
        "positions": source.pick(MICRO_FILE, row, "audience", known.positions, what="岗位"),
        "cases": source.pick(MICRO_FILE, row, "related_cases", known.cases, what="案例"),
    }
    questions = source.pick(MICRO_FILE, row, "quiz", known.questions, what="题目")
    wanted: dict[str, Any] = {key: source.text(MICRO_FILE, row, key) for key in MICRO_TEXTS}
    wanted["duration_seconds"] = source.number(MICRO_FILE, row, "duration_seconds")
    wanted["themes"] = source.lines(MICRO_FILE, row, "themes")
    wanted["decision_situation"] = source.text(MICRO_FILE, decision, "situation")
    wanted["recall_question"] = source.text(MICRO_FILE, recall, "question")
    wanted["recall_answer"] = source.text(MICRO_FILE, recall, "answer")
    fields = {"code": row["code"], **wanted}
    source.check(MICRO_FILE, row, MicroLessonPage(**fields), fields)
    wanted["script"] = [
        {
            "part": source.text(MICRO_FILE, part, "part"),
            "seconds": source.number(MICRO_FILE, part, "seconds"),
            "text": source.text(MICRO_FILE, part, "text"),
        }
        for part in row["script"]
    ]
    wanted["decision_options"] = [
        {
            "text": source.text(MICRO_FILE, option, "text"),
            "is_good": option.get("good") is True,
            "comment": source.text(MICRO_FILE, option, "comment"),
        }
        for option in decision.get("options") or []
    ]
    if sum(option["is_good"] for option in wanted["decision_options"]) != 1:
        source.reject(MICRO_FILE, row, "选一选里应恰有一个good为true的选项，请改正。")
    spoken = sum(part["seconds"] for part in wanted["script"])
    if spoken != wanted["duration_seconds"]:
        source.reject(
            MICRO_FILE, row, f"各段合计{spoken}秒，与duration_seconds不一致，请改成一致。"
        )
    if len(source.bad) > before:
        return None
    wanted |= {name: sorted(each.code for each in linked) for name, linked in links.items()}
    wanted["questions"] = [question.code for question in questions]
    return wanted


def _micro_lesson_fields(lesson: MicroLessonPage) -> dict[str, Any]:
    return {
        **plain_fields(lesson, MICRO_FIELDS),
        "risk_points": sorted(_codes(lesson.risk_points)),
        "positions": sorted(_codes(lesson.positions)),
        "cases": sorted(_codes(lesson.cases)),
        "script": [plain_fields(part, ("part", "seconds", "text")) for part in lesson.script.all()],
        "decision_options": [
            plain_fields(option, ("text", "is_good", "comment"))
            for option in lesson.decision_options.all()
        ],
        "questions": [link.question.code for link in lesson.questions.all()],
    }


def _codes(related: Any) -> list[str]:
    return [row.code for row in related.all()]


# Courses


def _load_courses(
    source: ContentFolder, known: _Known, micro_lessons: Mapping[str, MicroLessonPage]
) -> None:
    document = source.document(COURSE_FILE)
    shelf = index_page(CourseIndexPage, title="课程", slug="courses")
    courses = _by_code(
        CoursePage.objects.select_related("refreshes").prefetch_related(
            "positions", "micro_lessons"
        )
    )
    lessons = _by_code(
        LessonPage.objects.prefetch_related("positions", "risk_points", "cases", "micro_lessons")
    )
    loader = _CourseLoader(source, known, micro_lessons, shelf, courses, lessons)
    loader.load_onboarding(document.get("onboarding"))
    rows = source.check_rows(
        COURSE_FILE,
        document.get("role_courses"),
        required=("code", "title", "positions", "lessons", "pass_mark", "refresher"),
    )
    for order, row in enumerate(rows, start=1):
        loader.load_role_course(row, order=order)


@dataclass(frozen=True, slots=True)
class _CourseLoader:
    """Loads courses with their lessons; holds what both refer to."""

    source: ContentFolder
    known: _Known
    micro_lessons: Mapping[str, MicroLessonPage]
    shelf: CourseIndexPage
    courses: dict[str, CoursePage]
    lessons: dict[str, LessonPage]

    def load_onboarding(self, path: Any) -> None:
        """Load the three levels of the path of new hires, each as one course."""
        levels = path.get("levels") if isinstance(path, Row) else None
        if not isinstance(path, Row):
            path = Row()
        notes = "\n".join(
            text
            for key in ("audience_note", "order_note", "file_note")
            if (text := self.source.text(COURSE_FILE, path, key))
        )
        rows = self.source.check_rows(
            COURSE_FILE, levels, required=("code", "name", "assessment", "lessons")
        )
        for order, row in enumerate(rows, start=1):
            hours = row.get("study_hours")
            self._load_course(
                row,
                code=f"{path.get('code')}-{row['code']}",
                fields={
                    "title": f"{path.get('title')}：{row['name']}",
                    "kind": CourseKind.ONBOARDING.value,
                    "edition_label": self.source.text(COURSE_FILE, path, "edition_label"),
                    "order": order,
                    "form": self.source.text(COURSE_FILE, row, "form"),
                    # One study hour is 45 minutes.
                    "minutes": hours * 45 if isinstance(hours, int) else None,
                    "notes": "\n".join(
                        filter(None, [notes, self.source.text(COURSE_FILE, row, "selection_note")])
                    ),
                    "assessment": self.source.choice(
                        COURSE_FILE, row["assessment"], "kind", ASSESSMENTS
                    ),
                    "pass_mark": self.source.number(COURSE_FILE, row["assessment"], "pass_mark"),
                    "sign_off": dict(row.get("sign_off") or {}),
                    "validity_months": (
                        self.source.number(COURSE_FILE, row, "validity_months")
                        if "validity_months" in row
                        else None
                    ),
                },
                posts=row,
            )

    def load_role_course(self, row: Row, *, order: int) -> None:
        """Load one role course and its yearly refresher."""
        common = {
            "edition_label": "【教学示例】",
            "order": order,
            "profession": self.source.text(COURSE_FILE, row, "profession"),
            "assessment": AssessmentKind.QUIZ.value,
            "pass_mark": self.source.number(COURSE_FILE, row, "pass_mark"),
        }
        self._load_course(
            row,
            code=row["code"],
            fields={
                **common,
                "title": self.source.text(COURSE_FILE, row, "title"),
                "kind": CourseKind.ROLE.value,
                "minutes": self.source.number(COURSE_FILE, row, "minutes"),
                "quiz_blueprint": self._blueprint_in(row),
                "validity_months": self.source.number(COURSE_FILE, row, "validity_months"),
            },
            posts=row,
        )
        refresher = row["refresher"]
        self._load_course(
            refresher,
            code=refresher["code"],
            fields={
                **common,
                "title": self.source.text(COURSE_FILE, refresher, "title"),
                "kind": CourseKind.REFRESHER.value,
                "minutes": self.source.number(COURSE_FILE, refresher, "minutes"),
                "text": self.source.text(COURSE_FILE, refresher, "text"),
                "quiz_blueprint": self._blueprint_in(refresher),
            },
            posts=row,
            refreshes=row["code"],
        )

    def _blueprint_in(self, row: Row) -> dict[str, int]:
        blueprint = row.get("quiz_blueprint") or Row()
        for code, count in blueprint.items():
            if code not in self.known.points or not isinstance(count, int):
                reason = f"quiz_blueprint里的“{code}: {count}”应是已有的风险点和题数，请改正。"
                self.source.reject(COURSE_FILE, row, reason)
        total = row.get("quiz_total")
        if sum(n for n in blueprint.values() if isinstance(n, int)) != total:
            reason = f"quiz_blueprint合计与quiz_total的{total}题不一致，请改成一致。"
            self.source.reject(COURSE_FILE, row, reason)
        return dict(blueprint)

    def _load_course(
        self,
        row: Row,
        *,
        code: str,
        fields: Mapping[str, Any],
        posts: Row,
        refreshes: str | None = None,
    ) -> None:
        before = len(self.source.bad)
        row = _with_code(row, code)
        empty = CoursePage(code=code)
        wanted = {**plain_fields(empty, COURSE_FIELDS), **fields}
        held_by = self.source.pick(
            COURSE_FILE, posts, "positions", self.known.positions, what="岗位"
        )
        watched = self.source.pick(
            COURSE_FILE, row, "micro_lessons", self.micro_lessons, what="微课"
        )
        self.source.check(
            COURSE_FILE, row, CoursePage(code=code, **wanted), ("code", *COURSE_FIELDS)
        )
        if len(self.source.bad) > before:
            return
        wanted["positions"] = sorted(position.code for position in held_by)
        wanted["micro_lessons"] = sorted(lesson.code for lesson in watched)
        wanted["refreshes"] = refreshes
        present = self.courses.get(code)
        course = present or CoursePage(code=code, slug=code.lower())

        def write() -> None:
            assign(course, {key: wanted[key] for key in COURSE_FIELDS})
            course.positions = [self.known.positions[key] for key in wanted["positions"]]
            course.micro_lessons = [self.micro_lessons[key] for key in wanted["micro_lessons"]]
            course.refreshes = self.courses[refreshes] if refreshes else None
            save_loaded(course, under=self.shelf)
            self.courses[code] = course

        self.source.settle(
            model=CoursePage,
            code=code,
            wanted=wanted,
            stored=_course_fields(present) if present else None,
            write=write,
            has_draft=present is not None and present.has_unpublished_changes,
        )
        if code in self.courses and "lessons" in row:
            required = ("code", "title", "minutes", "text")
            for lesson in self.source.check_rows(COURSE_FILE, row["lessons"], required=required):
                self._load_lesson(lesson, self.courses[code])

    def _load_lesson(self, row: Row, course: CoursePage) -> None:
        before = len(self.source.bad)
        links: dict[str, tuple[str, Mapping[str, Any], str]] = {
            "positions": ("audience", self.known.positions, "岗位"),
            "risk_points": ("risk_points", self.known.points, "风险点"),
            "cases": ("cases", self.known.cases, "案例"),
            "micro_lessons": ("micro_lessons", self.micro_lessons, "微课"),
        }
        linked = {
            name: self.source.pick(COURSE_FILE, row, key, known, what=what)
            for name, (key, known, what) in links.items()
        }
        due = "due_days_after_joining"
        wanted: dict[str, Any] = {
            "title": self.source.text(COURSE_FILE, row, "title"),
            "minutes": self.source.number(COURSE_FILE, row, "minutes"),
            due: self.source.number(COURSE_FILE, row, due) if due in row else None,
            "text": self.source.text(COURSE_FILE, row, "text"),
            "activity": self.source.text(COURSE_FILE, row, "activity"),
            "checks": row.get("checks") or [],
        }
        fields = {"code": row["code"], **wanted}
        self.source.check(COURSE_FILE, row, LessonPage(**fields), fields)
        if len(self.source.bad) > before:
            return
        wanted |= {name: sorted(each.code for each in rows) for name, rows in linked.items()}
        present = self.lessons.get(row["code"])
        lesson = present or LessonPage(code=row["code"], slug=row["code"].lower())

        def write() -> None:
            assign(lesson, {key: wanted[key] for key in LESSON_FIELDS})
            for name, (_, known, _) in links.items():
                setattr(lesson, name, [known[code] for code in wanted[name]])
            save_loaded(lesson, under=course)

        self.source.settle(
            model=LessonPage,
            code=row["code"],
            wanted=wanted,
            stored=_lesson_fields(present) if present else None,
            write=write,
            has_draft=present is not None and present.has_unpublished_changes,
        )


def _with_code(row: Row, code: str) -> Row:
    """Return the row under the code it is known by, for reports."""
    named = Row(row, code=code)
    named.line = row.line
    return named


def _course_fields(course: CoursePage) -> dict[str, Any]:
    return {
        **plain_fields(course, COURSE_FIELDS),
        "positions": sorted(_codes(course.positions)),
        "micro_lessons": sorted(_codes(course.micro_lessons)),
        "refreshes": course.refreshes.code if course.refreshes else None,
    }


def _lesson_fields(lesson: LessonPage) -> dict[str, Any]:
    return {
        **plain_fields(lesson, LESSON_FIELDS),
        **{
            name: sorted(_codes(getattr(lesson, name)))
            for name in ("positions", "risk_points", "cases", "micro_lessons")
        },
    }
