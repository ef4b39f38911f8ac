"""Values that are drawn anew each time a question is asked, and what is worked out from them.

A question with parameters writes ``{容量}`` where a drawn value stands and ``{=容量*30}`` where
a value worked out from it stands: in the stem, the options with their reasons, the accepted
answers and the explanation. Amounts are exact decimals, dates are dates; nothing is evaluated but
the arithmetic that is named here.
"""

import ast
import random
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation, localcontext
from typing import Literal, NotRequired, TypedDict

Value = Decimal | date | str

PLACE = re.compile(r"\{(=?)([^{}]+)\}")
LONGEST_EXPRESSION = 200
# A stem that shows more digits than this was not rounded by its writer.
MOST_DECIMALS = 6
THOUSANDS_FROM = 10_000
TOO_LARGE = Decimal(10) ** 15
# The number of draws a question is tried with before it is accepted.
TRIALS = 60
_PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SIGNS = str.maketrans("×÷－＋（），", "*/-+(),")


class Parameter(TypedDict):
    """One drawn value: a number or a date from ``low`` to ``high`` by ``step``, or one of some.

    ``low`` and ``high`` are decimals or ISO dates as text; ``step`` is in the number's own unit, in
    days for dates.
    """

    kind: Literal["number", "date", "choice"]
    name: str
    low: NotRequired[str]
    high: NotRequired[str]
    step: NotRequired[str]
    values: NotRequired[list[str]]


class FormulaError(Exception):
    """What is wrong with a parameter or an expression, as a sentence for the editor."""


def name_of(written: str) -> str:
    """Return a parameter's name in the one form in which names are compared."""
    return unicodedata.normalize("NFKC", written).strip()


def stock_of(parameter: Parameter) -> int:
    """Return how many different values a parameter can take.

    :raises FormulaError: if its limits make no sense.
    """
    name = parameter["name"]
    if not name_of(name).isidentifier():
        raise FormulaError(f"参数名“{name}”不能用，请只用汉字、字母和数字，并以汉字或字母开头。")
    if parameter["kind"] == "choice":
        if len(set(parameter["values"])) < 2:
            raise FormulaError(f"参数“{name}”至少要有两个不同的取值，请每行写一个。")
        return len(set(parameter["values"]))
    low, high, step = _limits(parameter)
    if step <= 0:
        raise FormulaError(f"参数“{name}”的间隔要大于0，请改正。")
    span = Decimal((high - low).days) if isinstance(high, date) else high - low  # type: ignore[operator]  # both are of one kind
    if span < step:
        raise FormulaError(f"参数“{name}”从起到止容不下两个取值，请放宽范围或缩小间隔。")
    return int(span // step) + 1


def draw(parameters: Sequence[Parameter], *, chance: random.Random) -> dict[str, str]:
    """Return one value for each parameter, as text that can be stored and read again."""
    drawn = {}
    for parameter in parameters:
        nth = chance.randrange(stock_of(parameter))
        name = name_of(parameter["name"])
        if parameter["kind"] == "choice":
            drawn[name] = sorted(set(parameter["values"]))[nth]
            continue
        low, _, step = _limits(parameter)
        value = low + timedelta(days=nth * int(step)) if isinstance(low, date) else low + nth * step
        drawn[name] = value.isoformat() if isinstance(value, date) else f"{value:f}"
    return drawn


def fill(text: str, drawn: Mapping[str, str], parameters: Sequence[Parameter]) -> str:
    """Return the text with its drawn and worked-out values in their places.

    A text without parameters is returned as it is: its braces are its own.

    :raises FormulaError: if a place names nothing known, or its value cannot be worked out.
    """
    if not parameters:
        return text
    kinds = {name_of(parameter["name"]): parameter["kind"] for parameter in parameters}
    values = {name: _read(kinds[name], written) for name, written in drawn.items()}

    def put(place: re.Match[str]) -> str:
        is_worked_out, written = place.groups()
        if is_worked_out:
            return shown(evaluate(written, values), of=place[0])
        if name_of(written) not in values:
            raise FormulaError(
                f"“{place[0]}”没有对应的参数，请在参数里补上“{written}”，或改成已有的参数名。"
            )
        return shown(values[name_of(written)], of=place[0])

    return PLACE.sub(put, text)


def shown(value: Value, *, of: str) -> str:
    """Return a value as a reader meets it: 12,500 · 0.75 · 2026年10月17日.

    :raises FormulaError: if a number has more decimals than anybody would read.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    plain = value.normalize()
    if not plain.is_finite() or abs(plain) >= TOO_LARGE:
        raise FormulaError(f"“{of}”会算出大得没有意义的数，请检查参数的范围。")
    if -int(plain.as_tuple().exponent) > MOST_DECIMALS:
        raise FormulaError(f"“{of}”会算出除不尽的数，请写成round(…, 2)这样的形式。")
    return f"{plain:,f}" if abs(plain) >= THOUSANDS_FROM else f"{plain:f}"


def evaluate(written: str, values: Mapping[str, Value]) -> Value:
    """Work out an expression of + - * / // %, round, min, max, abs, and dates plus or minus days.

    :raises FormulaError: if it cannot be read or worked out.
    """
    if len(written) > LONGEST_EXPRESSION:
        raise FormulaError(f"算式超过{LONGEST_EXPRESSION}个字，请拆成几步或写短一些。")
    try:
        tree = ast.parse(
            unicodedata.normalize("NFKC", written).translate(_SIGNS).strip(), mode="eval"
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(f"算式“{written}”读不懂，请检查括号和运算符号。") from error
    with localcontext() as context:
        context.prec = 28
        try:
            return _worked_out(tree.body, values, written)
        except (DivisionByZero, ZeroDivisionError) as error:
            raise FormulaError(f"算式“{written}”会除以0，请改算式或参数的范围。") from error
        except (InvalidOperation, OverflowError) as error:
            raise FormulaError(f"算式“{written}”算不出结果，请检查参数的范围。") from error


def problem_of_parameters(parameters: Sequence[Parameter], texts: Mapping[str, str]) -> str:
    """Return the sentence that says why a question cannot be drawn, or an empty one.

    ``texts`` are everything that a reader meets, by where it stands (“题干”, “选项A”); they are
    tried with many draws, always the same ones.
    """
    try:
        for parameter in parameters:
            stock_of(parameter)
    except FormulaError as error:
        return str(error)
    names = [name_of(parameter["name"]) for parameter in parameters]
    places = (written for text in texts.values() for _, written in PLACE.findall(text))
    used = unicodedata.normalize("NFKC", " ".join(places))
    for name in names:
        if names.count(name) > 1:
            return f"参数“{name}”写了两次，请改名或删去一个。"
        if name not in used:
            return f"参数“{name}”没有用到，请在题里写成{{{name}}}，或删去它。"
    for where, text in texts.items() if parameters else ():
        if set("{}") & set(PLACE.sub("", text)):
            return f"{where}：有一个大括号没有配成对，请补上或删去。"
    chance = random.Random(0)  # noqa: S311  # the same trials every time
    try:
        for _ in range(TRIALS):
            drawn = draw(parameters, chance=chance)
            filled = [_filled_at(where, text, drawn, parameters) for where, text in texts.items()]
            options = [text for where, text in filled if where.startswith("选项")]
            if len(set(options)) < len(options):
                told = "、".join(f"{name}是{value}" for name, value in drawn.items())
                return f"当{told}时，有两个选项会变成一样的，请改选项或参数的范围。"
    except FormulaError as error:
        return str(error)
    return ""


def _filled_at(
    where: str, text: str, drawn: Mapping[str, str], parameters: Sequence[Parameter]
) -> tuple[str, str]:
    try:
        return where, fill(text, drawn, parameters)
    except FormulaError as error:
        raise FormulaError(f"{where}：{error}") from error


def _limits(parameter: Parameter) -> tuple[Decimal | date, Decimal | date, Decimal]:
    name = parameter["name"]
    try:
        step = Decimal(parameter["step"])
        if parameter["kind"] == "date":
            first, last = (
                date.fromisoformat(parameter["low"]),
                date.fromisoformat(parameter["high"]),
            )
            return first, last, Decimal(int(step))
        return Decimal(parameter["low"]), Decimal(parameter["high"]), step
    except (ValueError, InvalidOperation) as error:
        raise FormulaError(f"参数“{name}”的起、止或间隔不是数，请改正。") from error


def _read(kind: str, written: str) -> Value:
    if kind == "number":
        return Decimal(written)
    if kind == "date":
        return date.fromisoformat(written)
    return Decimal(written) if _PLAIN_NUMBER.fullmatch(written) else written


def _worked_out(node: ast.expr, values: Mapping[str, Value], written: str) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Decimal(repr(number))
        case ast.Name(id=name):
            if name not in values:
                raise FormulaError(f"算式“{written}”里的“{name}”没有对应的参数，请补上参数或改名。")
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number(_worked_out(operand, values, written), written)
        case ast.BinOp(left=left, op=operator, right=right):
            return _combined(
                type(operator),
                _worked_out(left, values, written),
                _worked_out(right, values, written),
                written,
            )
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            given = [_number(_worked_out(each, values, written), written) for each in arguments]
            try:
                return _FUNCTIONS[name](*given)
            except (TypeError, ValueError) as error:
                raise FormulaError(f"算式“{written}”里{name}括号中的项数不对，请改正。") from error
    raise FormulaError(
        f"算式“{written}”里有不能用的写法；可以用加减乘除、括号、round、min、max、abs。"
    )


def _combined(operator: type[ast.operator], left: Value, right: Value, written: str) -> Value:
    if isinstance(left, date) and isinstance(right, date) and operator is ast.Sub:
        return Decimal((left - right).days)
    if isinstance(left, date) and operator in {ast.Add, ast.Sub}:
        days = timedelta(days=int(_number(right, written)))
        return left + days if operator is ast.Add else left - days
    if operator not in _OPERATORS:
        raise FormulaError(f"算式“{written}”里有不能用的运算；可以用加减乘除和括号。")
    return _OPERATORS[operator](_number(left, written), _number(right, written))


def _number(value: Value, written: str) -> Decimal:
    if not isinstance(value, Decimal):
        raise FormulaError(f"算式“{written}”拿文字或日期当数来算，请改算式。")
    return value


def _rounded(value: Decimal, places: Decimal = Decimal(0)) -> Decimal:
    """Round half up, as bills do."""
    return value.quantize(Decimal(1).scaleb(-int(places)), rounding=ROUND_HALF_UP)


_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: Decimal.__add__,
    ast.Sub: Decimal.__sub__,
    ast.Mult: Decimal.__mul__,
    ast.Div: Decimal.__truediv__,
    ast.FloorDiv: Decimal.__floordiv__,
    ast.Mod: Decimal.__mod__,
}
_FUNCTIONS: dict[str, Callable[..., Decimal]] = {
    "round": _rounded,
    "min": lambda *given: min(given),
    "max": lambda *given: max(given),
    "abs": Decimal.__abs__,
}
