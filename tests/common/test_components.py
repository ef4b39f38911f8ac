"""Each component of site/templates is rendered with its props and says what it must say."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory

TEMPLATES = settings.SITE_DIR / "templates"
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))


class ExplanationForm(forms.Form):
    reason = forms.ChoiceField(
        label="最接近的情况",
        choices=[("date", "启封日期录入有误"), ("paid", "差额已在退补单补收")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选一种最接近的情况。"},
    )
    words = forms.CharField(
        label="说明",
        help_text="一两句就行。",
        widget=forms.Textarea,
        error_messages={"required": "请写一两句说明。"},
    )
    read = forms.BooleanField(label="我已读过全部证据", required=False)
    batch = forms.CharField(widget=forms.HiddenInput, required=False)


def component(template: str, /, **props: object) -> str:
    return tidy(render_to_string(f"components/{template}.html", props))


def tag(source: str, **context: object) -> str:
    return tidy(Template("{% load ui %}" + source).render(Context(context)))


def tidy(html: str) -> str:
    return re.sub(r"[ \n]+", " ", re.sub(r">\s+<", "><", html)).strip()


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_the_first_line_of_a_component_lists_its_props(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]

    assert re.match(r"\{# props: .+ #\}$", first)


def test_an_icon_is_hidden_from_screen_readers():
    assert tag('{% icon "chevron-right" "chev" %}') == (
        '<svg class="i chev" aria-hidden="true">'
        '<use href="/static/icons/sprite.svg#i-chevron-right"/></svg>'
    )


def test_an_unknown_icon_or_level_is_refused():
    with pytest.raises(ValueError, match="No icon 'unicorn'"):
        tag('{% icon "unicorn" %}')
    with pytest.raises(ValueError, match="No mark 'urgent'"):
        tag('{% level "urgent" %}')
    with pytest.raises(KeyError):
        tag('{% note "shout" %}x{% endnote %}')


@pytest.mark.parametrize(
    "key, colour, word",
    [
        ("high", "red", "高"),
        ("medium", "amber", "中"),
        ("low", "blue", "低"),
        ("ok", "green", "正常"),
        ("none", "grey", "数据缺失"),
    ],
)
def test_a_level_is_shape_and_colour_and_word(key, colour, word):
    html = tag("{% level key %}", key=key)

    assert f'class="lvl l-{colour}"' in html
    assert f"sprite.svg#lv-{key}" in html
    assert f"<span>{word}</span>" in html


def test_a_level_may_choose_its_word():
    assert "<span>高 · 待我核验</span>" in tag('{% level "high" "高 · 待我核验" %}')


def test_crumbs_lead_back_and_name_this_page():
    html = tag('{% crumbs "风险手册" "/manual/" "GF-03" %}')

    assert '<a href="/manual/">风险手册</a>' in html
    assert '<span class="here" aria-current="page">GF-03</span>' in html


def test_crumbs_refuse_a_trail_without_this_page():
    with pytest.raises(ValueError, match="the page itself has no address"):
        tag('{% crumbs "风险手册" "/manual/" %}')


@pytest.mark.parametrize(
    "days, html",
    [
        (-2, '<span class="over nowrap">超期2天</span>'),
        (0, '<span class="tag t-red">今天到期</span>'),
        (3, '<span class="tag t-amber">11月27日前</span>'),
        (4, '<span class="nowrap">11月28日前</span>'),
    ],
)
@time_machine.travel("2026-11-24T01:00:00+00:00", tick=False)
def test_a_deadline_says_how_near_it_is(days, html):
    assert tag("{% deadline due %}", due=date(2026, 11, 24) + timedelta(days=days)) == html


def test_every_form_gets_its_own_idempotency_key():
    first, second = tag("{% idempotency_key %}"), tag("{% idempotency_key %}")

    assert 'name="idempotency_key"' in first
    assert first != second


def test_blocks_put_content_on_cards_under_heads_and_into_notes():
    card = tag('{% card title="依据" more_url="/all/" css="mt" %}<p>一</p>{% endcard %}')
    sect = tag('{% sect "证据" note="5份" tag="受限" anchor="ev" %}<p>二</p>{% endsect %}')
    step = tag('{% step "一" "事实" hint="系统看到了什么" anchor="s1" %}<p>三</p>{% endstep %}')
    note = tag('{% note "lock" %}<b>四</b>{% endnote %}')

    assert card.startswith('<section class="card mt"><div class="hd"><h2 class="h2">依据</h2>')
    assert '<a class="more" href="/all/">全部</a>' in card
    assert "<p>一</p></section>" in card
    assert sect.startswith('<section class="sect" id="ev"')
    assert "<p>二</p>" in sect
    assert '<section class="step" id="s1">' in step
    assert "<span>系统看到了什么</span>" in step
    assert '<div class="note lock">' in note
    assert "#i-lock" in note
    assert "<span><b>四</b></span>" in note


def test_words_from_data_are_escaped_in_blocks_and_components():
    assert "<script>" not in tag("{% card title=words %}{{ words }}{% endcard %}", words="<script>")
    assert "<script>" not in component("kv", rows=[("<script>", "<script>")])


def test_the_page_head_has_at_most_one_action():
    html = component("page_head", title="工单", sub="待我办的", action_url="/x/", action="导出本页")

    assert "<h1>工单</h1>" in html
    assert '<a class="btn btn-line btn-sm" href="/x/">导出本页</a>' in html


def test_a_button_with_an_address_is_a_link_and_without_one_submits():
    assert component("button", label="返回", url="/") == '<a class="btn btn-line" href="/">返回</a>'
    assert component("button", label="提交", name="do", value="send", form="f") == (
        '<button class="btn btn-ink" name="do" value="send" form="f">提交</button>'
    )


def test_keys_and_values_stand_in_description_lists():
    assert component("kv", rows=[("应学", "214人")]) == (
        '<dl class="kv"><div><dt>应学</dt><dd>214人</dd></div></dl>'
    )
    assert '<dl class="facts mt3">' in component("facts", rows=[("主题", "T03")], css="mt3")


def test_steps_say_which_are_done_without_colour():
    html = component(
        "steps",
        css="s7",
        steps=[
            {"label": "下发", "note": "11-11", "state": "done"},
            {"label": "签收", "note": "", "state": "now"},
            {"label": "核查", "note": "", "state": "todo"},
        ],
    )

    assert '<li class="d">下发<small>11-11</small><span class="vh">，已完成</span></li>' in html
    assert '<li class="n" aria-current="step">签收</li>' in html
    assert "<li>核查</li>" in html


def test_a_rail_of_six_parts_is_wider():
    items = [{"anchor": f"s{n}", "label": str(n), "state": ""} for n in range(6)]

    assert '<nav class="rail six" aria-label="五证与说明">' in component(
        "rail", label="五证与说明", items=items
    )
    assert '<nav class="rail" aria-label="五步">' in component(
        "rail", label="五步", items=items[:5]
    )


def test_a_timeline_tells_what_who_and_when():
    html = component(
        "timeline",
        entries=[
            {"title": "销号", "detail": "核验通过后", "state": "next"},
            {"title": "签收", "who": "许建平", "detail": "11月12日08:51"},
        ],
    )

    assert '<li class="next"><span><b>销号</b>' in html
    assert "<b>签收</b>　许建平" in html


def test_the_one_thing_to_do_now_has_the_only_red_button():
    html = component(
        "now_card", title="客户请吃饭，去还是不去？", url="/l/", action="接着看", done=48, total=100
    )

    assert html.count("btn-seal") == 1
    assert '<progress class="bar" value="48" max="100"' in html


def test_a_thing_to_do_shows_its_due_date_on_phone_and_desktop():
    html = component("todo_item", url="/q/", icon="clipboard-check", title="测验", due="11月30日前")

    assert '<span class="mob-i">11月30日前</span>' in html
    assert '<span class="due desk">11月30日前</span>' in html


@pytest.mark.parametrize("steps, word", [(0, "未学"), (1, "初学"), (2, "在学"), (3, "掌握")])
def test_mastery_is_three_boxes_and_a_word(steps, word):
    html = component("mastery", steps=steps)

    assert html.count('class="on"') == steps
    assert f"<b>{word}</b>" in html


def test_a_risk_row_shows_mastery_only_where_it_is_known():
    row = {"url": "/r/", "title": "三指定", "code": "GF-03", "area": "供电服务", "level": "high"}

    assert "未学" in component("risk_row", **row, mastery=0)
    assert "mst" not in component("risk_row", **row)


def test_options_of_a_question_keep_letters_and_carry_no_answer():
    options = [
        {"key": "A", "value": "11", "text": "推荐"},
        {"key": "B", "value": "12", "text": "不推荐"},
    ]

    html = component("options", name="answer", options=options, chosen="12", labelled_by="qt")

    assert 'role="radiogroup" aria-labelledby="qt"' in html
    assert 'value="12" checked' in html
    assert 'value="11" checked' not in html
    assert not re.search("right|wrong|correct", html)


def test_several_options_may_be_chosen_where_the_question_says_so():
    options = [{"key": "A", "value": "11", "text": "甲"}, {"key": "B", "value": "12", "text": "乙"}]

    html = component(
        "options", name="a", options=options, chosen=["11", "12"], labelled_by="q", several=True
    )

    assert html.count('type="checkbox"') == 2
    assert html.count(" checked") == 2
    assert "required" not in html


def test_an_answered_option_is_marked_by_shape_and_words():
    right = component("option_answered", key="B", text="乙", state="right", note="正确答案　B")
    wrong = component("option_answered", key="C", text="丙", state="wrong", note="你选的　C")

    assert "#i-check" in right
    assert "正确答案　B" in right
    assert "#i-x" in wrong
    assert "你选的　C" in wrong


def test_the_quiz_bar_tells_the_number_of_the_question():
    html = component("quiz_bar", close_url="/", marks=["ok", "cur", ""], number=2, total=3)

    assert 'aria-label="第2题，共3题"' in html
    assert "退出，进度已保存" in html


def test_evidence_is_a_table_with_heads():
    html = component("evidence", rows=[("营销系统", "24户", "占比")])

    assert '<th scope="col">能证明</th>' in html
    assert "<td>营销系统</td><td>24户</td><td>占比</td>" in html
    assert "规则要求" in component("evidence", rows=[], heads=["来源", "看到的", "规则要求"])


def test_an_unverified_basis_says_so():
    items = [
        {"title": "供电营业规则", "detail": "第二十三条", "verified": True},
        {"title": "纪律处分条例", "detail": "第九十七条", "verified": False},
    ]

    assert component("basis", items=items).count("待核") == 1


def test_a_check_list_numbers_what_is_open_and_ticks_what_is_done():
    html = component(
        "check_list", items=[{"title": "收集", "state": "done"}, {"title": "排版", "state": "now"}]
    )

    assert '<span class="vh">已完成</span>' in html
    assert '<li class="cur" aria-current="step"><span class="st">2</span>' in html


def test_a_data_source_without_data_is_grey_and_says_what_stopped():
    row = {
        "name": "人力资源系统",
        "code": "S11",
        "owner": "人资部",
        "arrived": "",
        "note": "缺一张表",
    }

    html = component(
        "feeds", rows=[row | {"state": "none", "impact": "T22停跑"}, row | {"state": "ok"}]
    )

    assert "缺数据" in html
    assert "T22停跑" in html
    assert "无影响" in html


def test_figures_and_filters_carry_their_numbers():
    kpi = component("kpi", level="high", value=12, note="比上月 −5", url="/b/")
    filters = component(
        "filters",
        items=[
            {"label": "在办", "url": "?", "count": 9, "current": True},
            {"label": "超期", "url": "?", "count": 0, "over": True},
        ],
    )

    assert "<span>高</span>" in kpi
    assert "12" in kpi
    assert '<a href="?" aria-current="true">在办 <b>9</b></a>' in filters
    assert '<span class="over">超期 0</span>' in filters


def test_the_search_form_keeps_what_was_asked():
    html = component("search_form", action="/search/", q="加封")

    assert 'role="search" action="/search/"' in html
    assert 'value="加封"' in html


def test_an_unread_message_says_so_to_screen_readers():
    row = {"url": "/m/", "icon": "siren", "title": "请说明", "detail": "不是结论", "at": "09:00"}

    assert "未读：" in component("message_row", **row, unread=True)
    assert "未读：" not in component("message_row", **row)


def test_an_empty_list_says_what_now():
    html = component(
        "empty", title="没有待办", text="最近一次今天10:20。", url="/t/", action="去研判"
    )

    assert "<h2>没有待办</h2>" in html
    assert '<a class="btn btn-line" href="/t/">去研判</a>' in html


def test_pages_keep_the_other_parameters():
    page = Paginator(range(95), 20).page(2)
    request = RequestFactory().get("/orders/", {"level": "high", "page": "2"})

    html = tidy(render_to_string("components/pagination.html", {"page": page}, request=request))

    assert 'href="?level=high&amp;page=1"' in html
    assert 'href="?level=high&amp;page=3"' in html
    assert "第2页，共5页，95条" in html


def test_one_page_needs_no_pagination():
    page = Paginator(range(3), 20).page(1)
    request = RequestFactory().get("/orders/")

    assert (
        tidy(render_to_string("components/pagination.html", {"page": page}, request=request)) == ""
    )


def test_a_field_names_its_hint_and_its_error_to_the_control():
    form = ExplanationForm({"reason": "", "words": ""})

    html = component("field", field=form["words"])

    assert '<label for="id_words">说明</label>' in html
    assert 'id="id_words_helptext">一两句就行。' in html
    assert 'id="id_words_error"' in html
    assert 'aria-describedby="id_words_helptext id_words_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="in"' in html


def test_a_group_of_choices_is_a_fieldset_of_rows():
    html = component("field", field=ExplanationForm()["reason"])

    assert html.startswith('<fieldset class="fld"')
    assert "最接近的情况</legend>" in html
    assert html.count('type="radio"') == 2


def test_a_field_that_may_stay_empty_says_so_and_a_hidden_one_is_only_its_control():
    form = ExplanationForm()

    assert "我已读过全部证据" in component("field", field=form["read"])
    assert component("field", field=form["batch"]).startswith('<input type="hidden"')


def test_the_error_summary_leads_to_every_control():
    form = ExplanationForm({"reason": "", "words": ""})
    form.add_error(None, "这条提示已由他人答复，请刷新后查看。")

    html = component("error_summary", form=form)

    assert 'role="alert" tabindex="-1" data-error-summary' in html
    assert "这条提示已由他人答复，请刷新后查看。" in html
    assert '<a href="#id_reason_0">最接近的情况：请选一种最接近的情况。</a>' in html
    assert '<a href="#id_words">说明：请写一两句说明。</a>' in html


def test_a_valid_form_has_no_error_summary():
    assert component("error_summary", form=ExplanationForm()) == ""


def test_picks_mark_the_chosen_one():
    html = component(
        "picks", name="r", legend="情况", choices=[("a", "甲"), ("b", "乙")], chosen="b"
    )

    assert 'value="b" checked' in html
    assert '<legend class="vh">情况</legend>' in html


JOB = {
    "number": 47,
    "title": "正在导出2026年学习记录",
    "started": "10:41",
    "state": "running",
    "percent": 62,
    "stages": [{"title": "收集记录", "state": "done"}, {"title": "排版成 PDF", "state": "now"}],
    "sentence": "约还要20秒",
}


def test_a_job_tells_its_stage_and_share():
    html = component("job_progress", job=JOB)

    assert 'data-job-state="running"' in html
    assert '<progress class="bar ink" value="62" max="100"' in html
    assert '<p class="sm sec" role="status">约还要20秒</p>' in html


def test_a_running_job_may_be_left_and_is_followed_with_and_without_script():
    request = RequestFactory().get("/jobs/47/")

    running = tidy(
        render_to_string("page_job.html", {"job": JOB, "poll_url": "/jobs/47/p/"}, request=request)
    )
    done = tidy(
        render_to_string(
            "page_job.html",
            {"job": JOB | {"state": "done"}, "result_url": "/jobs/47/file/"},
            request=request,
        )
    )

    assert "可以离开" in running
    assert 'data-job-poll="/jobs/47/p/"' in running
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in running
    assert "js/job.js" in running
    assert 'href="/jobs/47/file/"' in done
    assert "refresh" not in done
    assert "js/job.js" not in done


def test_what_was_just_done_can_be_undone_for_some_seconds():
    request = RequestFactory().get("/triage/")

    html = tidy(
        render_to_string(
            "components/undo.html",
            {"action": "/undo/", "sentence": "已转工单。", "seconds": 10},
            request=request,
        )
    )

    assert 'action="/undo/" data-undo-seconds="10"' in html
    assert "10秒内可撤回" in html
    assert "csrfmiddlewaretoken" in html


def test_messages_are_said_once_as_status():
    class Message:
        def __init__(self, text: str, level_tag: str) -> None:
            self.text, self.level_tag = text, level_tag

        def __str__(self) -> str:
            return self.text

    html = component(
        "messages", messages=[Message("已签收。", "success"), Message("没有存上。", "error")]
    )

    assert '<div class="said" role="status">' in html
    assert '<p class="note good">' in html
    assert '<p class="note warn">' in html


def test_a_block_tag_without_its_end_is_refused():
    with pytest.raises(TemplateSyntaxError):
        tag('{% card "依据" %}')
