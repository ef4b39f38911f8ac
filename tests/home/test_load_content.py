"""Loading the demonstration edition: all or nothing, as often as wanted."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from cases.models import CasePage
from common.loading import BadContent, ContentFolder
from courses.models import CoursePage, LessonPage, MicroLessonPage
from home.loading import load_content
from people.models import Position
from quizzes.models import Question
from risk_manual.models import (
    Control,
    LegalBasis,
    RegisterPoint,
    RiskAreaPage,
    RiskPointEdition,
    RiskPointPage,
)
from tests.small_content import change, write_small_content

pytestmark = pytest.mark.django_db

CONTROL = "暂停户每月调取采集负荷，负荷大于剩余容量的24小时内现场核查"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_content(tmp_path)


@pytest.fixture
def load(folder, now):
    def _load(**options: Any) -> ContentFolder:
        return load_content(folder=folder, now=options.pop("now", now), **options)

    return _load


def totals(source: ContentFolder, outcome: str) -> int:
    return sum(count[outcome] for count in source.counts.values())


def everything() -> dict[str, int]:
    models = (
        Position,
        LegalBasis,
        RiskPointPage,
        RiskPointEdition,
        Control,
        RegisterPoint,
        Question,
        CasePage,
        MicroLessonPage,
        CoursePage,
        LessonPage,
    )
    return {model.__name__: model.objects.count() for model in models}


def test_the_whole_edition_loads_and_a_second_run_changes_nothing(now):
    first = load_content(folder=settings.CONTENT_DIR, now=now)
    loaded = everything()
    second = load_content(folder=settings.CONTENT_DIR, now=now + timedelta(days=1))

    assert loaded == {
        "Position": 21,
        "LegalBasis": 43,
        "RiskPointPage": 60,
        "RiskPointEdition": 60,
        "Control": 194,
        "RegisterPoint": 115,
        "Question": 732,
        "CasePage": 26,
        "MicroLessonPage": 24,
        "CoursePage": 19,
        "LessonPage": 37,
    }
    assert totals(first, "created") == totals(second, "unchanged")
    assert not totals(second, "updated")
    assert not second.kept
    assert everything() == loaded
    assert [area.get_children().count() for area in RiskAreaPage.objects.order_by("path")] == [
        24,
        14,
        12,
        10,
    ]


def test_a_changed_row_is_brought_up_to_date_and_its_old_text_stays_as_an_edition(
    load, folder, now
):
    load()
    change(folder, "risk_points.yaml", CONTROL, "暂停户每周调取采集负荷")
    source = load(now=now + timedelta(days=30))

    point = RiskPointPage.objects.get(code="GF-09")
    assert totals(source, "updated") == 1
    assert point.controls.get(seq=3).text == "暂停户每周调取采集负荷"
    first, second = point.editions.order_by("number")
    assert first.controls.get(seq=3).text == CONTROL
    assert first.effective_until == second.effective_from == now + timedelta(days=30)
    assert [p.code for p in RiskPointPage.objects.search("每周调取")] == ["GF-09"]


def test_what_an_editor_changed_is_kept_and_said(load, folder):
    load()
    point = RiskPointPage.objects.get(code="GF-09")
    point.training_hint = "先看封印照片。"
    point.save_revision().publish()
    change(folder, "risk_points.yaml", CONTROL, "暂停户每周调取采集负荷")
    source = load()

    assert [str(kept) for kept in source.kept] == ["风险点 GF-09：编辑改过，保留现在的内容。"]
    point = RiskPointPage.objects.get(code="GF-09")
    assert point.training_hint == "先看封印照片。"
    assert point.controls.get(seq=3).text == CONTROL


def test_what_an_editor_set_back_is_loaded_again(load, folder):
    load()
    point = RiskPointPage.objects.get(code="GF-09")
    original = point.training_hint
    point.training_hint = "先看封印照片。"
    point.save_revision().publish()
    point.training_hint = original
    point.save_revision().publish()
    change(folder, "risk_points.yaml", CONTROL, "暂停户每周调取采集负荷")
    load()

    point = RiskPointPage.objects.get(code="GF-09")
    assert point.controls.get(seq=3).text == "暂停户每周调取采集负荷"
    assert point.get_latest_revision_as_object().controls.get(seq=3).text == (
        "暂停户每周调取采集负荷"
    )


def test_a_draft_that_is_not_published_is_not_written_over(load, folder):
    load()
    point = RiskPointPage.objects.get(code="GF-09")
    point.training_hint = "先看封印照片。"
    point.save_revision()
    change(folder, "risk_points.yaml", CONTROL, "暂停户每周调取采集负荷")
    source = load()

    assert [str(kept) for kept in source.kept] == ["风险点 GF-09：有未发布的修改，保留现在的内容。"]


def test_what_an_editor_deleted_or_took_down_does_not_come_back(load):
    load()
    CasePage.objects.get(code="AL-01").delete()
    MicroLessonPage.objects.get(code="WK-01").unpublish()
    source = load()

    assert [str(kept) for kept in source.kept] == [
        "案例 AL-01：编辑已删除，不再导入。",
        "微课 WK-01：有未发布的修改，保留现在的内容。",
    ]
    assert not CasePage.objects.exists()
    assert not MicroLessonPage.objects.live().exists()


def test_a_loaded_case_counts_as_confirmed_in_the_text_that_was_loaded(load, folder, now):
    load()
    case = CasePage.objects.get(code="AL-01")
    assert case.confirmed_check().checked_by is None
    change(folder, "cases.yaml", "title: “睡着”的变压器", "title: 醒着的变压器")
    load()

    assert CasePage.objects.get(code="AL-01").confirmed_check() is not None
    assert CasePage.objects.get(code="AL-01").checks.count() == 2


def test_a_case_loaded_before_texts_were_confirmed_is_confirmed_by_the_next_run(load):
    load()
    CasePage.objects.get(code="AL-01").checks.all().delete()
    source = load()

    assert totals(source, "created") == totals(source, "updated") == 0
    assert CasePage.objects.get(code="AL-01").confirmed_check() is not None


def test_a_case_that_an_editor_published_since_is_loaded_into_again(load, folder):
    load()
    case = CasePage.objects.get(code="AL-01")
    case.save_revision().publish()
    change(folder, "cases.yaml", "title: “睡着”的变压器", "title: 醒着的变压器")
    source = load()

    assert totals(source, "updated") == 1
    assert CasePage.objects.get(code="AL-01").title == "醒着的变压器"


def test_a_case_may_say_for_whom_it_is_and_until_when(load, folder):
    load()
    line = "  title: “睡着”的变压器"
    limits = f"  visibility: profession\n  expires_on: '2027-12-31'\n{line}"
    change(folder, "cases.yaml", line, limits)
    assert totals(load(), "updated") == 1

    case = CasePage.objects.get(code="AL-01")
    assert (case.visibility, str(case.expires_on)) == ("profession", "2027-12-31")
    assert totals(load(), "updated") == 0

    change(folder, "cases.yaml", limits, line)
    load()
    case = CasePage.objects.get(code="AL-01")
    assert (case.visibility, case.expires_on) == ("all", None)


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ("expires_on: 明年", "expires_on应是2027-12-31这样的日期，请改正。"),
        ("visibility: everyone", "visibility的值“everyone”不认识"),
    ],
)
def test_a_limit_that_is_not_understood_is_refused(load, folder, limit, reason):
    line = "  title: “睡着”的变压器"
    change(folder, "cases.yaml", line, f"  {limit}\n{line}")

    with pytest.raises(BadContent, match=reason):
        load()


def test_a_dry_run_writes_nothing(load):
    source = load(dry_run=True)

    assert totals(source, "created") > 30
    assert not RiskPointPage.objects.exists()
    assert not Question.objects.exists()


BAD_ROWS = [
    (
        "risk_points.yaml",
        "  reviewer: billing_clerk",
        "  reviewer: account_manager",
        "GF-09",
        "复核岗位不能是责任岗位本身，请另写一个复核岗位。",
    ),
    (
        "risk_points.yaml",
        "  reviewer: billing_clerk",
        "  reviewer: nobody",
        "GF-09",
        "reviewer里的岗位“nobody”不存在，请改成已有的编码。",
    ),
    (
        "risk_points.yaml",
        "  risk_level: high",
        "  risk_level: huge",
        "GF-09",
        "risk_level的值“huge”不认识，只能是high、medium、low之一。",
    ),
    (
        "risk_points.yaml",
        "  title: 基本电费少收漏收",
        "  title: ''",
        "GF-09",
        "缺少title，请补上。",
    ),
    (
        "risk_points.yaml",
        "  process: 电费管理—基本电费",
        f"  process: {'电费' * 40}",
        "GF-09",
        "process不合要求：确保该变量包含不超过 60 字符 (目前字符数 80)。",
    ),
    (
        "cases.yaml",
        "  reading_minutes: 3",
        "  reading_minutes: 三",
        "AL-01",
        "reading_minutes应是不小于0的整数，现在是“三”，请改正。",
    ),
    (
        "lessons.yaml",
        "  duration_seconds: 180",
        "  duration_seconds: 200",
        "WK-01",
        "各段合计180秒，与duration_seconds不一致，请改成一致。",
    ),
    (
        "questions/GF.yaml",
        "- code: GF-09-2\n",
        "- code: GF-09-1\n",
        "GF-09-1",
        "编码与第2行重复，请改成唯一的编码。",
    ),
]


@pytest.mark.parametrize(
    "name, old, new, code, reason", BAD_ROWS, ids=[row[-1] for row in BAD_ROWS]
)
def test_a_bad_row_is_reported_by_file_line_and_reason_and_nothing_is_loaded(
    load, folder, name, old, new, code, reason
):
    change(folder, name, old, new)

    with pytest.raises(BadContent) as refused:
        load()

    [bad] = [row for row in refused.value.rows if row.code == code]
    text = (folder / name).read_text(encoding="utf-8").splitlines()
    assert (bad.file, bad.reason) == (name, reason)
    assert text[bad.line - 1] == f"- code: {code}"
    assert not RiskPointPage.objects.exists()
    assert not Position.objects.exists()


def test_a_bad_row_takes_back_what_good_rows_changed(load, folder):
    load()
    before = everything()
    change(folder, "risk_points.yaml", CONTROL, "暂停户每周调取采集负荷")
    change(folder, "lessons.yaml", "  duration_seconds: 180", "  duration_seconds: 200")

    with pytest.raises(BadContent):
        load()

    assert everything() == before
    assert RiskPointPage.objects.get(code="GF-09").controls.get(seq=3).text == CONTROL


def test_every_bad_row_is_reported_at_once_and_none_only_because_of_another(load, folder):
    change(folder, "risk_points.yaml", "  risk_level: high", "  risk_level: huge")
    change(folder, "lessons.yaml", "  duration_seconds: 180", "  duration_seconds: 200")

    with pytest.raises(BadContent) as refused:
        load()

    assert [(row.file, row.code) for row in refused.value.rows] == [
        ("risk_points.yaml", "GF-09"),
        ("lessons.yaml", "WK-01"),
    ]


def test_a_turning_point_must_quote_the_story(load, folder):
    line = change(folder, "cases.yaml", "at: 名字由他代签", "at: 名字由别人代签")

    with pytest.raises(BadContent) as refused:
        load()

    [bad] = refused.value.rows
    assert (bad.file, bad.line, bad.code) == ("cases.yaml", line, "AL-01")
    assert bad.reason == "转折点“名字由别人代签”不是经过里的原文，请照抄经过里的一句。"


@pytest.mark.parametrize(
    "text, reason",
    [
        ("basis: [", "这里不合YAML格式，请检查缩进、冒号和引号。"),
        ("- 一\n- 二\n", "文件开头应是“名称: 内容”的形式，请检查。"),
        ("依据: 无\n", "文件里没有应有的列表，请检查文件内容。"),
        ("basis:\n- 一\n", "第1项应是一组“名称: 内容”，请检查缩进。"),
    ],
)
def test_a_file_that_is_no_content_is_reported(load, folder, text, reason):
    (folder / "basis.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(BadContent) as refused:
        load()

    assert refused.value.rows[0].file == "basis.yaml"
    assert refused.value.rows[0].reason == reason


def test_a_missing_file_and_one_in_another_encoding_are_reported(load, folder):
    (folder / "basis.yaml").write_bytes("依据: 无".encode("gb18030"))
    with pytest.raises(BadContent, match="文件不是UTF-8编码"):
        load()

    (folder / "basis.yaml").unlink()
    with pytest.raises(BadContent, match="文件不存在"):
        load()


def test_the_command_says_what_it_did_or_what_to_mend(folder, capsys):
    call_command("load_content", folder=folder)
    assert "风险点：新增2" in capsys.readouterr().out

    call_command("load_content", folder=folder, dry_run=True)
    assert "这是试运行，没有写入。" in capsys.readouterr().out

    change(folder, "lessons.yaml", "  duration_seconds: 180", "  duration_seconds: 200")
    with pytest.raises(CommandError, match="有1处不能导入，什么都没有改动"):
        call_command("load_content", folder=folder)
    assert "lessons.yaml 第2行（WK-01）" in capsys.readouterr().err
