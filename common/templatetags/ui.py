"""The small marks of the design that templates cannot write by hand: {% load ui %}."""

import re
import uuid
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.forms import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.formats import day_of, zh_date
from common.markdown import to_html

register = template.Library()

SPRITE = "icons/sprite.svg"

# Shape, colour and word together; ok and none speak of themes and data, never of a warning.
MARKS = {
    "high": ("red", "高"),
    "medium": ("amber", "中"),
    "low": ("blue", "低"),
    "ok": ("green", "正常"),
    "none": ("grey", "数据缺失"),
}


def _component(name: str, **props: object) -> SafeString:
    return render_to_string(f"components/{name}.html", props)


@lru_cache(maxsize=1)
def icon_names() -> frozenset[str]:
    """Return the names of the icons in the sprite."""
    path = finders.find(SPRITE)
    if not isinstance(path, str):
        raise FileNotFoundError(f"No {SPRITE} among the static files")
    return frozenset(re.findall(r'id="i-([a-z0-9-]+)"', Path(path).read_text(encoding="utf-8")))


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw a decorative icon: {% icon "check" %}, {% icon "chevron-right" "chev" %}.

    :raises ValueError: if the sprite has no icon of that name.
    """
    if name not in icon_names():
        raise ValueError(f"No icon {name!r} in {SPRITE}")
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        f"i {css}".strip(),
        static(SPRITE),
        name,
    )


@register.simple_tag
def level(key: str, text: str = "") -> SafeString:
    """Draw a level or health mark: {% level warning.level %}, {% level "high" "高风险" %}.

    :raises ValueError: if the key is none of high, medium, low, ok, none.
    """
    if key not in MARKS:
        raise ValueError(f"No mark {key!r}; there are {', '.join(MARKS)}")
    colour, word = MARKS[key]
    return format_html(
        '<span class="lvl l-{}"><svg viewBox="0 0 20 20" aria-hidden="true">'
        '<use href="{}#lv-{}"/></svg><span>{}</span></span>',
        colour,
        static(SPRITE),
        key,
        text or word,
    )


@register.inclusion_tag("components/crumbs.html")
def crumbs(*trail: str) -> dict[str, Any]:
    """Draw the path to this page: {% crumbs "风险手册" manual_url "GF-03" %}.

    :raises ValueError: if the trail is not pairs of label and address, closed by this page's label.
    """
    if len(trail) % 2 == 0:
        raise ValueError("A trail is label, address, …, label: the page itself has no address")
    return {"links": list(zip(trail[:-1:2], trail[1:-1:2], strict=True)), "here": trail[-1]}


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    note: str = "",
    more_url: str = "",
    more: str = "全部",
    css: str = "",
    heading_id: str = "",
) -> str:
    """Put content on a card: {% card title="依据" css="mt" %}…{% endcard %}."""
    return _component(
        "card",
        content=content,
        title=title,
        note=note,
        more_url=more_url,
        more=more,
        css=css,
        heading_id=heading_id,
    )


@register.simple_block_tag
def sect(
    content: str,
    title: str,
    note: str = "",
    tag: str = "",
    tag_colour: str = "",
    more_url: str = "",
    more: str = "全部",
    css: str = "",
    anchor: str = "",
) -> str:
    """Head a section of the page: {% sect "接下来" note="3项" %}…{% endsect %}."""
    return _component(
        "sect",
        content=content,
        title=title,
        note=note,
        tag=tag,
        tag_colour=tag_colour,
        more_url=more_url,
        more=more,
        css=css,
        anchor=anchor,
    )


@register.simple_block_tag
def step(content: str, number: str, title: str, hint: str = "", anchor: str = "") -> str:
    """Head a numbered part of a page: {% step "一" "事实" anchor="s1" %}…{% endstep %}."""
    return _component("step", content=content, number=number, title=title, hint=hint, anchor=anchor)


NOTE_ICONS = {"": "info", "warn": "triangle-alert", "lock": "lock", "good": "check"}


@register.simple_block_tag
def note(content: str, kind: str = "", icon: str = "", css: str = "") -> str:
    """Say one sentence: {% note %}…{% endnote %}, {% note "warn" %}, {% note "lock" %}.

    :raises KeyError: if the kind is none of those four.
    """
    return _component("note", content=content, kind=kind, icon=icon or NOTE_ICONS[kind], css=css)


@register.inclusion_tag("components/deadline.html")
def deadline(due: date | datetime, near_days: int = 3) -> dict[str, str]:
    """Show a time limit by calendar days: plain, near, today, or how many days over."""
    today = timezone.localdate()
    days = (day_of(due) - today).days
    if days < 0:
        return {"state": "over", "text": f"超期{-days}天"}
    if days == 0:
        return {"state": "today", "text": "今天到期"}
    state = "near" if days <= near_days else ""
    return {"state": state, "text": f"{zh_date(due, today=today)}前"}


@register.simple_tag
def idempotency_key() -> SafeString:
    """Write the hidden field that lets the server see a second click as the same submission."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', uuid.uuid4())


@register.simple_tag
def control(field: BoundField, **attrs: str) -> SafeString:
    """Draw a form control in our look: {% control form.q type="search" %}."""
    css = "" if field.widget_type in {"checkbox", "radioselect"} else "in"
    return field.as_widget(
        attrs={
            **({"class": css} if css else {}),
            **{key.replace("_", "-"): value for key, value in attrs.items()},
        }
    )


@register.filter
def first_control_id(field: BoundField) -> str:
    """Return the id of the control that an error summary should lead to."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def markdown(text: str) -> SafeString:
    """Write an editor's text with its headings, lists and tables: {{ lesson.text|markdown }}."""
    return to_html(text)
