"""Finds what may still tell who a text speaks of: numbers, names, firms, places.

Pure functions over texts. Numbers are certain, because they carry check digits or have one shape;
names and places are found by pattern and by the roster, and may be false alarms. Full-width digits
and letters count as plain ones; what is found is quoted as it stands.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import models

HAN = "\u4e00-\u9fff"
AROUND = 12
LONGEST_NAME = 4
SHORTEST_UNIT = 3

# Digits, letters and the marks inside numbers and addresses; Chinese punctuation stays.
_WIDE = {ord(wide): ord(wide) - 0xFEE0 for wide in "＠．－＿＋"} | {
    code: code - 0xFEE0
    for first, last in (("０", "９"), ("Ａ", "Ｚ"), ("ａ", "ｚ"))
    for code in range(ord(first), ord(last) + 1)
}


class IdentityKind(models.TextChoices):
    RESIDENT_ID = "resident_id", "身份证号"
    BANK_CARD = "bank_card", "银行卡号"
    MOBILE = "mobile", "手机号"
    EMAIL = "email", "电子邮箱"
    PLATE = "plate", "车牌号"
    EMP_NO = "emp_no", "工号"
    COMPANY = "company", "单位全称"
    ADDRESS = "address", "详细地址"
    ROSTER_NAME = "roster_name", "在册员工姓名"
    PERSON_NAME = "person_name", "人名"


SUGGESTIONS = {
    IdentityKind.RESIDENT_ID: "删去，或只说“身份证号码”。",
    IdentityKind.BANK_CARD: "删去，或只说“一张银行卡”。",
    IdentityKind.MOBILE: "删去，或只说“一个手机号”。",
    IdentityKind.EMAIL: "删去，或只说“一个邮箱”。",
    IdentityKind.PLATE: "改成“一辆公务车”或“一辆私家车”。",
    IdentityKind.EMP_NO: "删去，只留岗位名称。",
    IdentityKind.COMPANY: "改成“某供电所”“一家安装公司”这样的说法。",
    IdentityKind.ADDRESS: "改成“某镇”“某小区”这样的说法。",
    IdentityKind.ROSTER_NAME: "改成姓加“某”，如“陈某”；不是人名的，写明理由后认定为误报。",
    IdentityKind.PERSON_NAME: "改成姓加“某”，如“陈某”；不是人名的，写明理由后认定为误报。",
}


@dataclass(frozen=True, slots=True)
class Roster:
    """Who and what is real: names and numbers of everybody ever employed, names of units."""

    names: frozenset[str] = field(default_factory=frozenset)
    emp_nos: frozenset[str] = field(default_factory=frozenset)
    units: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Hit:
    """One place in a text; ``start`` counts characters of that part of the text."""

    kind: IdentityKind
    where: str
    start: int
    text: str
    before: str
    after: str

    @property
    def suggestion(self) -> str:
        """What to write instead."""
        return SUGGESTIONS[self.kind]


Span = tuple[int, int]
Finder = Callable[[str, Roster], Iterator[Span]]

_RESIDENT_ID = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dA-Za-z])")
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_DIGITS = "10X98765432"
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){14,18}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PLATE = re.compile(
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-HJ-NP-Z][·•. -]?(?:[A-HJ-NP-Z0-9]{5,6}|[A-HJ-NP-Z0-9]{4}[学警港澳挂])(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\dA-Za-z])[A-Za-z]{0,3}\d{5,20}(?![\dA-Za-z])")
_EMP_NO_SAID = re.compile(r"工号(?:是|为)?[:： ]?([A-Za-z]{0,3}\d{4,20})")

# 某塑料厂 and 一家安装公司 say nothing; 江城宏达电力安装有限公司 does. The name before the kind of
# firm is cut at words that only lead to it, so that a 某 further back hides nothing.
_FIRM = re.compile(
    f"[{HAN}（）()]{{0,16}}?([^与和由向给在把将被是为到从对就找让的，。“”]{{1,12}}"
    "(?:有限责任公司|股份有限公司|有限公司|集团公司|合作社|事务所|分公司))"
)
_FIRM_VAGUE = re.compile("某|[一几两多]家|[这那]家|该|本|同一|外地|当地")
_ADDRESS = re.compile(
    f"[{HAN}]{{1,8}}(?:大道|大街|路|街|巷|弄|胡同)[东西南北中]?(?:段)?\\d{{1,5}}(?:[-—]\\d+)?号"
    f"|[{HAN}]{{2,8}}(?:小区|花园|家园|新村|公寓|苑)\\d{{1,3}}(?:号楼|号|栋|幢|座)"
    f"|[{HAN}]{{1,6}}[镇乡][{HAN}]{{1,5}}村(?:\\d{{1,3}}[组号])?"
    r"|\d{1,3}(?:栋|幢|号楼)\d{1,2}单元\d{1,4}室?"
)
_ADDRESS_VAGUE = re.compile("某")

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭"
    "郎鲁韦马苗方俞任袁柳鲍史唐费廉薛雷贺倪汤滕罗毕郝邬安常傅卞齐康伍余顾孟黄穆萧尹姚邵汪祁毛"
    "狄贝臧伏戴宋庞熊纪舒屈项祝董梁杜阮蓝席季贾路江童郭梅林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢"
    "莫房应宗丁宣邓洪包石崔吉龚程邢裴陆荣翁曲段侯武刘景龙叶黎白蒲乔谭温庄晏柴阎连肖申翟"
)
_COMPOUND = "欧阳|司马|上官|诸葛|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|东方"
_POST = (
    "所长|副所长|经理|书记|主任|专责|班长|组长|队长|检查员|受理员|抄核收员|管理员|抢修员|安全员"
    "|报账员|会计|出纳|员工|老板|厂长|司机|村民|客户|用户|供应商|业务员|名叫|姓名[:：]"
)
_GIVEN = f"(?:[{_SURNAMES}][{HAN}]{{1,2}}|(?:{_COMPOUND})[{HAN}]{{1,2}})"
_NAME_AFTER_POST = re.compile(
    f"(?:{_POST})({_GIVEN})"
    "(?=[，。、；：（(”]|在|把|将|以|向|从|与|和|对|因|被|为|收|说|用|让|利|多|违|私|$)"
)
_NAME_BEFORE_TITLE = re.compile(
    f"(?<![{HAN}])({_GIVEN})(?=同志|先生|女士|（中共党员|（男|（女|，男，|，女，)"
)
_WEEKDAY = re.compile("^周[一二三四五六日末]$")
_NO_NAME = re.compile("某|[甲乙丙丁]$|^老|^小|经理|所长")


def scan(texts: Mapping[str, str], *, roster: Roster) -> list[Hit]:
    """Return every place that may tell who is meant, in the order of the texts.

    A place is told once, by the first kind that fits in the order of ``IdentityKind``.
    """
    return [hit for where, text in texts.items() for hit in _hits(where, text, roster)]


def _hits(where: str, text: str, roster: Roster) -> list[Hit]:
    plain = text.translate(_WIDE)
    taken: list[Span] = []
    found: list[Hit] = []
    for kind, find in _FINDERS.items():
        for start, end in find(plain, roster):
            if any(start < right and left < end for left, right in taken):
                continue
            taken.append((start, end))
            found.append(
                Hit(
                    kind=kind,
                    where=where,
                    start=start,
                    text=text[start:end],
                    before=text[max(0, start - AROUND) : start],
                    after=text[end : end + AROUND],
                )
            )
    return sorted(found, key=lambda hit: hit.start)


def is_resident_id(number: str) -> bool:
    """Return whether 18 characters end in the check digit of GB 11643."""
    total = sum(
        int(digit) * weight for digit, weight in zip(number, _RESIDENT_WEIGHTS, strict=False)
    )
    return _RESIDENT_DIGITS[total % 11] == number[17].upper()


def is_card_number(number: str) -> bool:
    """Return whether digits pass Luhn's sum (GB/T 17552)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _spans(pattern: re.Pattern[str], text: str, group: int = 0) -> Iterator[Span]:
    return (match.span(group) for match in pattern.finditer(text))


def _resident_ids(text: str, roster: Roster) -> Iterator[Span]:
    return (
        (start, end) for start, end in _spans(_RESIDENT_ID, text) if is_resident_id(text[start:end])
    )


def _cards(text: str, roster: Roster) -> Iterator[Span]:
    for start, end in _spans(_CARD, text):
        if is_card_number(re.sub("[ -]", "", text[start:end])):
            yield start, end


def _emp_nos(text: str, roster: Roster) -> Iterator[Span]:
    yield from _spans(_EMP_NO_SAID, text, 1)
    for start, end in _spans(_NUMBER, text):
        if text[start:end] in roster.emp_nos:
            yield start, end


def _firms(text: str, roster: Roster) -> Iterator[Span]:
    for unit in sorted(roster.units, key=len, reverse=True):
        if len(unit) >= SHORTEST_UNIT:
            yield from _spans(re.compile(re.escape(unit)), text)
    yield from _unless(_FIRM_VAGUE, _spans(_FIRM, text, 1), text)


def _addresses(text: str, roster: Roster) -> Iterator[Span]:
    return _unless(_ADDRESS_VAGUE, _spans(_ADDRESS, text), text)


def _roster_names(text: str, roster: Roster) -> Iterator[Span]:
    for length in range(LONGEST_NAME, 1, -1):
        for start in range(len(text) - length + 1):
            word = text[start : start + length]
            if word in roster.names and not _WEEKDAY.match(word):
                yield start, start + length


def _person_names(text: str, roster: Roster) -> Iterator[Span]:
    for pattern in (_NAME_AFTER_POST, _NAME_BEFORE_TITLE):
        yield from _unless(_NO_NAME, _spans(pattern, text, 1), text)


def _unless(vague: re.Pattern[str], spans: Iterable[Span], text: str) -> Iterator[Span]:
    return ((start, end) for start, end in spans if not vague.search(text[start:end]))


_FINDERS: dict[IdentityKind, Finder] = {
    IdentityKind.RESIDENT_ID: _resident_ids,
    IdentityKind.BANK_CARD: _cards,
    IdentityKind.MOBILE: lambda text, roster: _spans(_MOBILE, text),
    IdentityKind.EMAIL: lambda text, roster: _spans(_EMAIL, text),
    IdentityKind.PLATE: lambda text, roster: _spans(_PLATE, text),
    IdentityKind.EMP_NO: _emp_nos,
    IdentityKind.COMPANY: _firms,
    IdentityKind.ADDRESS: _addresses,
    IdentityKind.ROSTER_NAME: _roster_names,
    IdentityKind.PERSON_NAME: _person_names,
}
