"""Files of questions: looked at before anything is written, written whole or not at all."""

import json
from contextlib import suppress
from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from home.loading import load_content
from quizzes.interchange import aiken, gift, moodle_xml, quiz_app, workbook
from quizzes.interchange.drafts import Draft, UnreadableFile, judgement, options_of
from quizzes.interchange.formats import FORMATS
from quizzes.models import Question, QuestionStatus, QuestionUpload
from quizzes.services import approve_question
from quizzes.services.exchanging import draft_of, with_everything
from tests.factories import EmployeeFactory, QuestionFactory, RiskPointPageFactory
from tests.quizzes.test_question_bank import an_editor, signed_in

UPLOAD = "quizzes_upload"

GIFT = r"""// written by another program
$CATEGORY: $course$/供电服务/GF-09 基本电费

::GF-09-77::[html]<p>客户说<b>明天我自己停</b>，<br>你怎么办？</p><img src="a.png" alt="封印照片">{
  ~先填今天#日期和现场对不上\: 不行
  ~%50%先问客户#只做了一半
  =双人到场加封#现场封了才能算
  ####以加封照片时间为准 \{待核\}
}

变压器在 {~客户 =现场 ~电话里} 加封才算数。

::两个都对::哪些是到场的证据？{
  ~%50%封印照片
  ~%50%到场签字

  ~%-100%口头答复
}

封印要双人到场。{T#单人到场，日期只有他自己知道#两个人互为见证}

当天录入是对的。{FALSE}

不足15天的暂停按____计收。{=整月 =全月}

每千伏安每月几元？{#30:0.5}

误差在什么范围？{#1..3}

连线。{=客户->加封 =电话->预约}

说说你的做法。{}

只是一段说明文字。
"""

AIKEN = """谁来加封？
A) 客户自己
B) 两个人到场
ANSWER: B

受理资料不全时怎么办？
请选最稳妥的。
A. 先放着
B. 出具一次性告知单
C. 口头告知
ANSWER: b
"""

MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<!-- question: 0 -->
<question type="category"><category><text>$course$/顶层/GF-09</text></category></question>
<question type="multichoice">
  <name><text>加封</text></name>
  <questiontext format="html"><text><![CDATA[<div><p>客户要赶单，<em>怎么办</em>？</p>
<table><tr><td>甲</td><td>乙</td></tr></table><p>公式 \\(a \\times b\\)</p></div>]]></text>
  <file name="a.png" encoding="base64">AAAA</file></questiontext>
  <generalfeedback format="html"><text>&lt;p&gt;现场封了才能算&lt;/p&gt;</text></generalfeedback>
  <idnumber>GF-09-88</idnumber>
  <single>true</single>
  <answer fraction="0"><text>先填今天</text><feedback><text>对不上</text></feedback></answer>
  <answer fraction="33.33333"><text>先问</text><feedback><text>一半</text></feedback></answer>
  <answer fraction="100"><text>到场&amp;加封</text><feedback><text>对</text></feedback></answer>
  <tags><tag><text>难度:3</text></tag><tag><text>别的标签</text></tag></tags>
</question>
<question type="truefalse">
  <name><text>双人</text></name><questiontext format="html"><text>要双人到场</text></questiontext>
  <answer fraction="100"><text>true</text><feedback><text>互为见证</text></feedback></answer>
  <answer fraction="0"><text>false</text><feedback><text>一个人说了算</text></feedback></answer>
</question>
<question type="numerical"><name><text>单价</text></name>
  <questiontext><text>每千伏安几元</text></questiontext>
  <answer fraction="100"><text>30</text><tolerance>0.1</tolerance></answer></question>
<question type="shortanswer"><name><text>填</text></name>
  <questiontext><text>不足15天按什么</text></questiontext><usecase>1</usecase>
  <answer fraction="100"><text>全月</text></answer><answer fraction="50"><text>月*</text></answer>
</question>
<question type="cloze"><name><text>混排</text></name>
  <questiontext><text>{1:SHORTANSWER:=x}</text></questiontext></question>
<question type="stack"><name><text>新题型</text></name></question>
<question type="essay"><name><text>说说</text></name>
  <questiontext format="plain_text"><text>你会怎么做</text></questiontext>
  <graderinfo format="html"><text><![CDATA[<p>说清日期</p>]]></text></graderinfo></question>
</quiz>
"""

FIXTURE = [
    {"model": "quiz.category", "pk": 1, "fields": {"category": "GF-09"}},
    {"model": "quiz.quiz", "pk": 1, "fields": {"title": "旧测验", "pass_mark": 60}},
    {
        "model": "quiz.question",
        "pk": 7,
        "fields": {
            "content": "谁来加封？",
            "explanation": "双人到场。",
            "category": 1,
            "figure": "uploads/2015/a.png",
            "quiz": [1],
        },
    },
    {"model": "multichoice.mcquestion", "pk": 7, "fields": {"answer_order": "random"}},
    {
        "model": "multichoice.answer",
        "pk": 1,
        "fields": {"question": 7, "content": "客户", "correct": False},
    },
    {
        "model": "multichoice.answer",
        "pk": 2,
        "fields": {"question": 7, "content": "两个人", "correct": True},
    },
    {"model": "quiz.question", "pk": 8, "fields": {"content": "要双人到场", "category": None}},
    {"model": "true_false.tf_question", "pk": 8, "fields": {"correct": True}},
    {"model": "quiz.question", "pk": 9, "fields": {"content": "说说你的做法", "category": None}},
    {"model": "essay.essay_question", "pk": 9, "fields": {}},
    {"model": "auth.user", "pk": 1, "fields": {"username": "old"}},
]


def kinds(reading):
    return [draft.type for draft in reading.drafts]


def told(findings):
    return " ".join(f"{finding.where}{finding.sentence}" for finding in findings)


class TestReading:
    def test_gift_as_other_programs_write_it(self):
        reading = gift.read(GIFT.encode())

        first, gap, several, judged, false, words, number, essay = reading.drafts
        assert reading.problems == []
        assert (first.code, first.category) == ("GF-09-77", "GF-09 基本电费")
        assert first.stem == "客户说明天我自己停，\n你怎么办？\n（图：封印照片）"
        assert [o["right"] for o in first.options] == [False, False, True]
        assert first.options[0]["why"] == "日期和现场对不上: 不行"
        assert first.explanation == "以加封照片时间为准 {待核}"
        assert gap.stem == "变压器在____加封才算数。"
        assert (several.type, [o["right"] for o in several.options]) == (
            "multiple",
            [True, True, False],
        )
        assert [(o["right"], o["why"]) for o in judged.options] == [
            (True, "两个人互为见证"),
            (False, "单人到场，日期只有他自己知道"),
        ]
        assert [o["right"] for o in false.options] == [False, True]
        assert words.answers == ["整月", "全月"]
        assert number.answers == ["30"]
        assert essay.type == "short"
        assert "图片没有导入" in told(reading.notes)
        assert "部分分" in told(reading.notes)
        assert "误差±0.5" in told(reading.notes)
        assert "连线题" in told(reading.skipped)
        assert "区间" in told(reading.skipped)
        assert "说明文字" in told(reading.skipped)

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("没有配成对 {=对 ~错", "没有配成对"),
            ("空的选项 {=对 ~}", "没有文字"),
            ("不是数 {#三十}", "“三十”不是数"),
            ("{=对 ~错}", "没有题干"),
            ("读不出 {对}", "读不出答案"),
            ("九个 {" + "~错" * 8 + "=对}", "选项多于8个"),
            ("分值 {~%1.2.3%甲 =乙}", "不是分值"),
        ],
    )
    def test_a_bad_gift_question_is_named_by_its_line(self, text, sentence):
        reading = gift.read(f"好的{{T}}\n\n{text}\n".encode())

        assert len(reading.drafts) == 1
        (problem,) = reading.problems
        assert problem.where == "第3行"
        assert sentence in problem.sentence

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_text_of_any_chinese_editor_is_read(self, encoding, newline):
        reading = aiken.read(AIKEN.replace("\n", newline).encode(encoding))

        first, second = reading.drafts
        assert [o["text"] for o in first.options] == ["客户自己", "两个人到场"]
        assert second.stem == "受理资料不全时怎么办？\n请选最稳妥的。"
        assert [o["right"] for o in second.options] == [False, True, False]

    def test_faults_of_aiken_are_named_and_do_not_spoil_the_next_question(self):
        faulty = (
            "只有一个选项\nA) 就它\nANSWER: A\n\n"
            "A) 没有题干\nB) 也没有\nANSWER: A\n\n"
            "答案不是字母\nA) 甲\nB) 乙\nANSWER: 甲乙\n\n"
            "没有写完\nA) 甲\nB) 乙\n\n"
            "好的\nA)甲\nB)乙\nANSWER: B"
        )

        reading = aiken.read(faulty.encode())

        assert [draft.stem for draft in reading.drafts] == ["好的"]
        assert [finding.where for finding in reading.problems] == [
            "第1行",
            "第5行",
            "第9行",
            "第18行",
        ]

    def test_moodle_xml_as_moodle_writes_it(self):
        reading = moodle_xml.read(MOODLE.encode())

        first, judged, number, words, essay = reading.drafts
        assert reading.problems == []
        assert (first.code, first.category, first.difficulty) == ("GF-09-88", "GF-09", 3)
        assert first.stem == "客户要赶单，怎么办？\n甲 乙\n公式 \\(a \\times b\\)"
        assert first.options[2]["text"] == "到场&加封"
        assert first.explanation == "现场封了才能算"
        assert [o["why"] for o in judged.options] == ["互为见证", "一个人说了算"]
        assert (number.answers, words.answers) == (["30"], ["全月"])
        assert essay.model_answer == "说清日期"
        assert "附件没有导入" in told(reading.notes)
        assert "误差±0.1" in told(reading.notes)
        assert "不分大小写" in told(reading.notes)
        assert "填空和选择混排" in told(reading.skipped)
        assert "stack" in told(reading.skipped)

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><quiz>&a;</quiz>', "DOCTYPE"),
            (b"<quiz><question></quiz>", "第1行第"),
            (b"<html></html>", "不是Moodle题库文件"),
            (b"", "不是合格的XML"),
            (b"\x00\x01\x02", "不是文字文件"),
        ],
    )
    def test_what_is_no_moodle_xml_is_said_in_one_sentence(self, data, sentence):
        with pytest.raises(UnreadableFile, match=sentence):
            moodle_xml.read(data)

    def test_the_fixtures_of_the_old_application_are_read(self):
        reading = quiz_app.read(json.dumps(FIXTURE).encode())

        essay, single, judged = sorted(reading.drafts, key=lambda draft: draft.where)
        assert reading.problems == []
        assert (single.stem, single.category, single.explanation) == (
            "谁来加封？",
            "GF-09",
            "双人到场。",
        )
        assert [o["right"] for o in single.options] == [False, True]
        assert [o["right"] for o in judged.options] == [True, False]
        assert essay.type == "short"
        assert "配图没有导入" in told(reading.notes)
        assert "auth.user" in told(reading.skipped)

    @pytest.mark.parametrize("data", [b"[1]", b"{}", b"nonsense", b'[{"model": 3, "fields": {}}]'])
    def test_what_is_no_fixture_is_said_in_one_sentence(self, data):
        with pytest.raises(UnreadableFile):
            quiz_app.read(data)

    def test_a_workbook_row_with_faults_is_named_by_row_and_column(self):
        book = openpyxl.load_workbook(BytesIO(workbook.template()))
        sheet = book[workbook.SHEET]
        good = [cell.value for cell in sheet[2]]
        for column, value in {
            "题型": "连线",
            "难度": "很难",
            "对应措施": "三",
            "正确选项": "Z",
            "参数": "容量",
            "得分点": "说清日期",
            "复核日期": "下个月",
            "题干": None,
        }.items():
            row = list(good)
            row[workbook.COLUMNS.index(column)] = value
            sheet.append(row)
        out = BytesIO()
        book.save(out)

        reading = workbook.read(out.getvalue())

        assert len(reading.drafts) == 1
        assert [(f.where, f.sentence.split("：")[0]) for f in reading.problems] == [
            ("第3行", "题型"),
            ("第4行", "难度"),
            ("第5行", "对应措施"),
            ("第6行", "正确选项"),
            ("第7行", "参数"),
            ("第8行", "得分点"),
            ("第9行", "复核日期"),
            ("第10行", "题干"),
        ]

    def test_a_workbook_without_the_columns_is_said_in_one_sentence(self):
        book = openpyxl.Workbook()
        book.active.append(["姓名", "工号"])
        out = BytesIO()
        book.save(out)

        with pytest.raises(UnreadableFile, match="没有“题型”“题干”这一列"):
            workbook.read(out.getvalue())
        with pytest.raises(UnreadableFile, match="不是Excel工作簿"):
            workbook.read(b"PK\x03\x04 not a zip")


# What other programs' control signs are made of, and Chinese.
SIGNS = st.text(alphabet="甲乙 ~=#{}:\\%-<>&\"'/[]n*天1\u3000", min_size=1, max_size=12)
TIDY = SIGNS.map(lambda text: " ".join(text.split())).filter(bool)


@st.composite
def drafts(draw):
    """Questions of every kind with texts full of control signs."""
    kind = draw(st.sampled_from(["single", "multiple", "judge", "fill", "short"]))
    draft = Draft(
        where="",
        type=kind,
        # A stem that begins like a mark-up or a comment is told apart by its title.
        stem="题" + draw(TIDY),
        code="GF-09-1",
        category="GF-09",
        risk_points=["GF-09"],
        explanation=draw(TIDY),
    )
    texts = draw(st.lists(TIDY, min_size=2, max_size=5, unique=True))
    if kind == "judge":
        draft.options = judgement(is_true=draw(st.booleans()), why_true="甲#", why_false="乙~")
    elif kind == "fill":
        draft.answers = [f"答{text}" for text in texts]
    elif kind in {"single", "multiple"}:
        rights = 1 if kind == "single" else draw(st.integers(1, len(texts)))
        draft.options = options_of(
            [(f"项{text}", n < rights, f"因{text}") for n, text in enumerate(texts)]
        )
    return draft


@given(drafts())
def test_gift_reads_what_it_wrote(draft):
    text, left_out = gift.write([draft])

    (read,) = gift.read(text.encode()).drafts

    assert left_out == []
    assert replace(read, where="", risk_points=["GF-09"]) == draft


@given(drafts())
def test_moodle_xml_reads_what_it_wrote(draft):
    text, left_out = moodle_xml.write([draft])

    (read,) = moodle_xml.read(text.encode()).drafts

    assert left_out == []
    assert replace(read, where="") == draft


@given(st.binary(max_size=300))
def test_no_file_breaks_a_reader(data):
    for each in FORMATS.values():
        with suppress(UnreadableFile):
            each.read(data)


@given(st.text(alphabet="问{}=~#%T:/-> \n\\1[]$CATEGORYANSWER.AB)", max_size=80))
def test_no_text_breaks_a_text_reader(text):
    for read in (gift.read, aiken.read):
        read(text.encode())


@pytest.fixture
def bank(db):
    """The demonstration edition's whole question bank."""
    load_content(folder=settings.CONTENT_DIR, now=timezone.now())
    return [draft_of(question) for question in with_everything(Question.objects.all())]


def test_the_whole_bank_goes_through_excel_and_comes_back_the_same(bank):
    data, left_out = workbook.write(bank)

    reading = workbook.read(data)

    assert (left_out, reading.problems) == ([], [])
    assert [replace(draft, where="", category="") for draft in reading.drafts] == [
        replace(draft, where="", category="") for draft in bank
    ]


@pytest.mark.parametrize("code", ["gift", "moodle"])
def test_the_whole_bank_comes_back_from_other_formats_as_far_as_they_hold_it(bank, code):
    each = FORMATS[code]

    data, left_out = each.write(bank)
    reading = each.read(data)

    held = {
        draft.code: draft for draft in bank if draft.code not in {each.where for each in left_out}
    }
    assert all(draft.parameters for draft in bank if draft.code not in held)
    assert reading.problems == []
    assert len(reading.drafts) == len(held)
    for draft in reading.drafts:
        stored = held[draft.code]
        kind = "single" if stored.type == "scenario" else stored.type
        assert (draft.type, draft.stem, draft.options, draft.answers, draft.explanation) == (
            kind,
            stored.stem,
            stored.options,
            stored.answers,
            stored.explanation,
        )


@pytest.fixture
def point(db):
    return RiskPointPageFactory(code="GF-09")


@pytest.fixture
def editor(db):
    return an_editor()


@pytest.fixture
def client(editor):
    return signed_in(editor)


def send(client, point, *, data, code, name="题.txt"):
    """Upload a file and return the page that says what it would do."""
    return client.post(
        reverse(UPLOAD),
        {"format": code, "risk_point": point.pk, "file": SimpleUploadedFile(name, data)},
        follow=True,
    )


def test_a_file_is_looked_at_before_it_is_written_and_needs_a_second_person(client, point, editor):
    page = send(client, point, data=AIKEN.encode(), code="aiken")
    before = Question.objects.count()
    upload = QuestionUpload.objects.get()

    client.post(reverse("quizzes_import", args=[upload.pk]))

    assert "新增2题，改动0题" in page.content.decode()
    assert "写明为什么对或为什么错" in page.content.decode()
    assert before == 0
    first, second = Question.objects.order_by("code")
    assert (first.code, second.code) == ("GF-09-1", "GF-09-2")
    assert first.status == QuestionStatus.DRAFT
    assert first.edited_by == editor
    assert list(first.risk_points.all()) == [point]


def test_importing_twice_adds_nothing(client, point):
    send(client, point, data=AIKEN.encode(), code="aiken")
    address = reverse("quizzes_import", args=[QuestionUpload.objects.get().pk])

    client.post(address)
    client.post(address)
    again = send(client, point, data=AIKEN.encode(), code="aiken")

    assert Question.objects.count() == 2
    assert "新增0题，改动0题，2题和题库里一样" in again.content.decode()
    assert "导入为草稿" not in again.content.decode()


def test_a_bad_row_keeps_the_whole_file_out(client, point):
    data = f"{GIFT}\n\n坏的 {{=对 ~}}\n".encode()

    page = send(client, point, data=data, code="gift").content.decode()
    upload = QuestionUpload.objects.get()
    done = client.post(reverse("quizzes_import", args=[upload.pk]), follow=True).content.decode()

    assert "有一个选项没有文字" in page
    assert "导入为草稿" not in page
    assert "一题也没有导入" in done
    assert not Question.objects.exists()
    upload.refresh_from_db()
    assert upload.applied_at is None


def test_what_a_format_cannot_hold_stays_as_it_is(client, point):
    question = QuestionFactory(code="GF-09-5", primary_risk_point=point, type="scenario")
    text, _ = gift.write([draft_of(Question.objects.get(pk=question.pk))])

    same = send(client, point, data=text.encode(), code="gift").content.decode()
    changed = text.replace("做法2", "约好时间，双人到场")
    send(client, point, data=changed.encode(), code="gift")
    client.post(reverse("quizzes_import", args=[QuestionUpload.objects.latest("pk").pk]))

    question.refresh_from_db()
    assert "1题和题库里一样" in same
    assert (question.type, question.control_seq) == ("scenario", 1)
    assert question.options[1].value["text"] == "约好时间，双人到场"
    # Learners keep meeting the approved text.
    assert question.version.options[1]["text"] == "做法2"
    assert question.awaits_approval


def test_an_imported_question_is_approved_by_another_than_the_importer(client, point, editor):
    data, _ = workbook.write(
        [
            Draft(
                where="",
                type="judge",
                stem="要双人到场",
                risk_points=["GF-09"],
                options=judgement(is_true=True, why_true="互为见证", why_false="一个人说了算"),
                explanation="双人到场。",
            )
        ]
    )
    send(client, point, data=data, code="xlsx", name="题.xlsx")
    client.post(reverse("quizzes_import", args=[QuestionUpload.objects.get().pk]))
    question = Question.objects.get()

    own = client.post(
        reverse("quizzes_approve", args=[question.pk]), {"action": "approve"}, follow=True
    )
    approve_question(question=question, by=an_editor(), now=timezone.now())

    assert "请换一位同事审核" in own.content.decode()
    question.refresh_from_db()
    assert question.status == QuestionStatus.PUBLISHED


def test_a_post_may_be_named_or_coded(client, point):
    post = point.position
    drafts = [
        Draft(
            where="",
            type="judge",
            stem=f"第{n}题：要双人到场",
            positions=[name],
            options=judgement(is_true=True, why_true="甲", why_false="乙"),
        )
        for n, name in enumerate([post.code, post.name])
    ]
    data, _ = workbook.write(drafts)

    send(client, point, data=data, code="xlsx", name="题.xlsx")
    client.post(reverse("quizzes_import", args=[QuestionUpload.objects.get().pk]))

    assert [list(question.positions.all()) for question in Question.objects.all()] == [[post]] * 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"risk_points": ["GF-99"]}, "没有风险点“GF-99”"),
        ({"positions": ["nobody"]}, "没有岗位“nobody”"),
        ({"bases": [{"ref": "XYZ", "article": ""}]}, "没有依据“XYZ”"),
        ({"owner": "0000"}, "没有负责人工号“0000”"),
        ({"code": "有 空格"}, "不能用"),
        ({"unit": "很长很长很长很长很长的单位"}, "单位超过10个字"),
    ],
)
def test_a_row_that_names_what_is_not_there_is_refused(client, point, changes, sentence):
    draft = Draft(
        where="",
        type="judge",
        stem="要双人到场",
        options=judgement(is_true=True, why_true="甲", why_false="乙"),
    )
    data, _ = workbook.write([replace(draft, **changes)])

    page = send(client, point, data=data, code="xlsx", name="题.xlsx").content.decode()

    assert "第2行" in page
    assert sentence in page
    assert "导入为草稿" not in page


@pytest.mark.parametrize("code", sorted(FORMATS))
@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00", b"%PDF-1.4", "姓名,工号".encode("gbk")])
def test_a_file_meant_for_something_else_never_breaks_the_page(client, point, code, data):
    page = send(client, point, data=data, code=code)

    assert page.status_code == 200
    assert "导入为草稿" not in page.content.decode()
    assert not Question.objects.exists()


def test_an_empty_and_a_large_file_are_refused_in_the_form(client, point):
    empty = send(client, point, data=b"", code="gift")
    large = send(client, point, data=b"x" * (5 * 1024 * 1024 + 1), code="gift")

    assert "这个文件是空的" in empty.content.decode()
    assert "超过5MB" in large.content.decode()
    assert not QuestionUpload.objects.exists()


def test_text_that_begins_like_a_formula_stays_text_in_excel(client, point):
    QuestionFactory(primary_risk_point=point, stem="=HYPERLINK(“x”)怎么看？")

    data = client.get(reverse("quizzes_export", args=["xlsx"])).content

    sheet = openpyxl.load_workbook(BytesIO(data))[workbook.SHEET]
    cell = sheet.cell(2, workbook.COLUMNS.index("题干") + 1)
    assert (cell.value, cell.data_type) == ("=HYPERLINK(“x”)怎么看？", "s")


def test_the_next_page_says_which_questions_a_format_left_out(client, point):
    values = {"name": "容量", "low": 1, "high": 9, "step": 1}
    QuestionFactory(
        code="GF-09-61",
        primary_risk_point=point,
        type="fill",
        stem="{容量}千伏安",
        answers=["{=容量*30}"],
        parameters=[("number", values)],
    )
    QuestionFactory(code="GF-09-62", primary_risk_point=point)

    text = client.get(reverse("quizzes_export", args=["gift"])).content.decode()
    page = client.get(reverse(UPLOAD)).content.decode()

    assert "GF-09-62" in text
    assert "GF-09-61" not in text
    assert "GIFT放不下这1题的参数或选项，没有导出：GF-09-61" in page


def test_only_editors_bring_files_in_or_take_them_out(sign_in, point):
    client = sign_in(EmployeeFactory())

    for address in (
        reverse(UPLOAD),
        reverse("quizzes_template"),
        reverse("quizzes_export", args=["xlsx"]),
    ):
        assert client.get(address).status_code in {302, 403}


def test_formats_that_are_only_read_are_not_offered_for_export(client, point):
    page = client.get(reverse(UPLOAD)).content.decode()

    written = [code for code in FORMATS if reverse("quizzes_export", args=[code]) in page]
    assert written == ["xlsx", "gift", "moodle"]
    assert page.count("只导入") == 2
    assert client.get(reverse("quizzes_export", args=["aiken"])).status_code == 404
