"""The bases that every page stands on, the doors and the refusals."""

import pytest
from django import forms
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

ITEM = {"icon": "house", "badge": None, "in_top": True, "in_tabs": True}
NAV = [
    ITEM | {"key": "home", "label": "我的学习", "short": "学习", "url": "/"},
    ITEM | {"key": "risk_manual", "label": "风险手册", "short": "风险", "url": "/manual/"},
    ITEM | {"key": "me", "label": "我的", "short": "", "url": "/me/", "in_top": False},
]


def page(source: str, **context: object) -> str:
    request = RequestFactory().get("/orders/")
    return engines["django"].from_string(source).render(context, request)


def test_a_page_marks_where_one_is_at_the_top_and_at_the_bottom():
    html = page('{% extends "base.html" %}', nav=NAV, nav_current="risk_manual")

    assert html.count('href="/manual/" aria-current="page"') == 2
    assert html.count('href="/me/"') == 1


def test_a_page_without_navigation_still_stands():
    html = page('{% extends "base.html" %}{% block content %}<h1>题</h1>{% endblock %}', nav=None)

    assert "<h1>题</h1>" in html
    assert 'class="tabs"' not in html


def test_every_base_says_that_this_is_a_demonstration():
    for base in ("base.html", "base_dock.html", "base_solo.html", "registration/base_login.html"):
        assert "演示版 · 自编内容" in page('{% extends "' + base + '" %}')


def test_a_page_applies_text_size_and_theme_and_offers_the_others():
    html = page('{% extends "base.html" %}', text_size="care", theme="dark")

    assert '<html lang="zh-Hans-CN" data-size="care" data-theme="dark">' in html
    assert '<button name="text_size" value="care" aria-pressed="true">' in html
    assert '<button name="theme" value="light" aria-pressed="false">' in html
    assert 'name="next" value="/orders/"' in html


def test_htmx_may_not_evaluate_code_or_keep_pages_in_the_browser():
    html = page('{% extends "base.html" %}')

    assert '"allowEval":false' in html
    assert '"includeIndicatorStyles":false' in html
    assert '"historyCacheSize":0' in html


def test_the_bell_says_how_many_are_unread():
    html = page('{% extends "base.html" %}', bell={"url": "/messages/", "count": 3})

    assert 'aria-label="消息，3条未读"' in html


def test_the_bar_of_the_thumb_takes_the_place_of_the_tabs():
    html = page(
        '{% extends "base_dock.html" %}'
        '{% block dock %}<button form="f">提交</button>{% endblock %}',
        nav=NAV,
    )

    assert '<button form="f">提交</button>' in html
    assert 'class="has-dock"' in html
    assert 'class="tabs"' not in html


@pytest.mark.parametrize(
    "name, title",
    [
        ("400.html", "这个请求看不懂"),
        ("403.html", "这一页您暂时不能看"),
        ("403_csrf.html", "页面放得太久了，没有提交"),
        ("404.html", "没有这一页"),
        ("500.html", "系统出了问题"),
        ("503.html", "正在维护，请稍后再来"),
    ],
)
def test_a_refusal_renders_even_without_request_or_context(name, title):
    html = render_to_string(name)

    assert f"<h1>{title}</h1>" in html
    assert 'class="nav"' not in html


def test_a_forbidden_page_says_what_and_whom_to_ask():
    general = render_to_string("403.html")
    told = render_to_string(
        "403.html",
        {
            "exception": "工单 2026-046 的约谈记录只对约谈人和被谈人开放。",
            "facts": [("能开通的人", "纪委办公室负责人 顾晨")],
            "apply_url": "/apply/",
        },
    )

    assert "能开通的人" in general
    assert "工单 2026-046 的约谈记录只对约谈人和被谈人开放。" in told
    assert "纪委办公室负责人 顾晨" in told
    assert 'href="/apply/"' in told


class DoorForm(forms.Form):
    username = forms.CharField(label="工号", error_messages={"required": "请填写工号。"})
    password = forms.CharField(label="密码或首次登录码", widget=forms.PasswordInput)


def test_the_door_asks_for_staff_number_and_password():
    request = RequestFactory().get("/login/")

    html = render_to_string("registration/login.html", {"form": DoorForm()}, request=request)

    assert '<label for="id_username">工号</label>' in html
    assert "演示账号" not in html


def test_the_demonstration_offers_its_accounts_at_the_door():
    request = RequestFactory().get("/login/")
    account = {
        "role": "纪检监察专责",
        "name": "林致远",
        "post": "市公司",
        "username": "33010017",
        "password": "qingfeng-demo",
    }

    html = render_to_string(
        "registration/login.html",
        {"form": DoorForm(), "next": "/board/", "demo_accounts": [account]},
        request=request,
    )

    assert 'name="username" value="33010017"' in html
    assert "纪检监察专责" in html
    assert html.count('name="next" value="/board/"') >= 2


def test_a_wrong_entry_at_the_door_is_explained_and_linked():
    request = RequestFactory().post("/login/")

    html = render_to_string("registration/login.html", {"form": DoorForm({})}, request=request)

    assert '<a href="#id_username">工号：请填写工号。</a>' in html


def test_a_step_is_confirmed_with_what_will_follow():
    html = render_to_string(
        "page_confirm.html",
        {
            "title": "核验通过，销号？",
            "consequences": ["所长许建平会收到通知。"],
            "action": "核验通过",
            "back_url": "/orders/46/",
        },
        request=RequestFactory().get("/orders/46/close/"),
    )

    assert "所长许建平会收到通知。" in html
    assert '<button class="btn btn-ink btn-block mt5">核验通过</button>' in html
    assert "csrfmiddlewaretoken" in html
    assert "idempotency_key" in html
    assert 'href="/orders/46/"' in html
