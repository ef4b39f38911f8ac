"""What the pages of a risk point and of a case show of the micro-lessons."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from wagtail.models import Page

from cases.models import CasePage
from cases.registry import Dependant, case_parts, register_dependants
from common.formats import zh_duration
from courses.models import LessonPage, LessonView, MicroLessonPage
from people.models import SignedInRequest
from risk_manual.registry import point_parts


@point_parts.register("lessons", template="courses/point_part.html")
def lessons_of_point(point: Page, request: SignedInRequest) -> dict[str, Any] | None:
    """Show the lesson of the point, where the reader is in it, and the titles of the others."""
    lessons = list(MicroLessonPage.objects.live().about(point).order_by("-month", "code"))
    if not lessons:
        return None
    first, *others = lessons
    view = LessonView.objects.visible_to(request.user).filter(lesson=first).order_by("pk").last()
    position = 0
    action, hint = "学微课", zh_duration(first.duration_seconds)
    if view is not None and view.is_completed:
        action, hint = "再看一遍", "已学完"
    elif view is not None:
        position = view.position_seconds
        left = zh_duration(max(0, first.duration_seconds - position))
        action, hint = f"接着看微课，还剩{left}", f"还剩{left}"
    return {
        "lesson": first,
        "url": reverse("courses:lesson", args=[first.code]),
        "action": action,
        "hint": hint,
        "position": position,
        "others": [_item(lesson) for lesson in others],
    }


@case_parts.register("lessons", template="courses/case_part.html")
def lessons_of_case(case: Page, request: SignedInRequest) -> dict[str, Any] | None:
    """Show the lessons that tell of the case."""
    lessons = MicroLessonPage.objects.live().filter(cases=case).order_by("code")
    items = [_item(lesson) for lesson in lessons]
    return {"items": items} if items else None


@register_dependants
def lessons_resting_on(case: CasePage) -> Iterator[Dependant]:
    """Name the micro-lessons and lessons of courses that lead to a case, drafts included."""
    for micro in MicroLessonPage.objects.filter(cases=case).order_by("code"):
        yield Dependant("微课", str(micro), reverse("courses:lesson", args=[micro.code]))
    for lesson in LessonPage.objects.filter(cases=case).order_by("code"):
        yield Dependant("课时", str(lesson))


def _item(lesson: MicroLessonPage) -> dict[str, str]:
    return {
        "title": f"微课：{lesson.title}",
        "detail": zh_duration(lesson.duration_seconds),
        "url": reverse("courses:lesson", args=[lesson.code]),
    }
