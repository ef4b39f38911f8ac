"""The bars at the top and the bottom: what each role needs first, at most five on a phone."""

from typing import TypedDict

from django.urls import ResolverMatch, reverse

from people.models import Role
from people.scope import DEPUTY_HEAD_POSITION, HEAD_POSITION, Scope

_ORDER_PAGES = frozenset(
    {
        "risk_warnings:orders",
        "risk_warnings:order",
        "risk_warnings:act",
        "risk_warnings:sheet",
        "risk_warnings:interview",
    }
)
_MICRO_LESSON_PAGES = frozenset({"courses:list", "courses:lesson", "courses:view"})


class NavItem(TypedDict):
    """One entry; ``key`` is the namespace of the pages it stands for."""

    key: str
    label: str
    short: str
    url: str
    icon: str
    badge: int | None
    in_top: bool
    in_tabs: bool


def navigation_for(scope: Scope) -> list[NavItem]:
    """Return the entries for this person, in the order of the bar."""
    officer = scope.has(Role.DISCIPLINE_OFFICER, Role.DISCIPLINE_HEAD)
    branch = scope.has(Role.BRANCH_SECRETARY, Role.BRANCH_DISCIPLINE_MEMBER)
    items = [] if officer else [_item("home", "我的学习", "学习", "home:learn", "house")]
    if officer:
        items += [
            _item("risk_warnings", "廉洁预警", "预警", "risk_warnings:board", "siren"),
            _item("orders", "工单", "工单", "risk_warnings:orders", "ticket"),
        ]
    if branch:
        items.append(
            _item(
                "education_sessions", "支部学习", "支部", "education_sessions:planner", "calendar"
            )
        )
    if scope.has(Role.TRAINING_OFFICER):
        items.append(_item("training", "培训管理", "培训", "assignments:training", "users"))
    if not officer and scope.unit_ids_held_as([HEAD_POSITION, DEPUTY_HEAD_POSITION]):
        items.append(_item("orders", "工单", "工单", "risk_warnings:orders", "ticket"))
    if scope.has(Role.SYSTEM_ADMIN):
        items.append(_item("roster", "人员名册", "名册", "people:rosters", "users"))
    items += [
        _item("risk_manual", "风险手册", "风险", "risk_manual:browse", "map"),
        _item("cases", "案例库", "案例", "cases:list", "scale"),
        _item("micro_lessons", "廉政三分钟", "微课", "courses:list", "play"),
        _item("courses", "课程", "课程", "courses:mine", "graduation-cap"),
    ]
    if officer:
        items.append(_item("home", "我的学习", "学习", "home:learn", "house"))
    if scope.has(Role.EDITOR):
        items.append(_item("editor", "编辑后台", "编辑", "wagtailadmin_home", "file-text"))
    for item in items[4:]:
        item["in_tabs"] = False
    mine = _item("me", "我的", "我的", "home:me", "user")
    mine["in_top"] = False
    return [*items, mine]


def current_key(match: ResolverMatch | None) -> str:
    """Return the key of the entry that the page at hand belongs to."""
    if match is None:
        return ""
    if match.view_name in _ORDER_PAGES:
        return "orders"
    if match.route.startswith("training/"):
        return "training"
    if match.view_name in _MICRO_LESSON_PAGES:
        return "micro_lessons"
    if match.view_name == "assignments:branch":
        return "education_sessions"
    return "me" if match.view_name == "home:me" else match.namespace


def _item(key: str, label: str, short: str, url_name: str, icon: str) -> NavItem:
    return {
        "key": key,
        "label": label,
        "short": short,
        "url": reverse(url_name),
        "icon": icon,
        "badge": None,
        "in_top": True,
        "in_tabs": True,
    }
