"""What readers fill in. Whether it may be done, the services say."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.base import File
from django.db.models import QuerySet

from people.models import Employee
from risk_warnings.limits import limits
from risk_warnings.models import (
    ADVERSE_CONCLUSIONS,
    CLEARING_CONCLUSIONS,
    Conclusion,
    DismissalReason,
    ReplyChoice,
)

EMPTY = {"required": "请填写这一项。"}
PICK = {"required": "请选一项。", "invalid_choice": "选的一项已经不能用，请重新选。"}


class PersonField(forms.ModelChoiceField[Employee]):
    """A choice of people, shown with their staff numbers: names may be alike."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("queryset", Employee.objects.none())
        kwargs.setdefault("error_messages", PICK)
        kwargs.setdefault("empty_label", "请选择")
        super().__init__(**kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Return name and staff number."""
        return f"{obj.name}（{obj.emp_no}）"


def offer(form: forms.Form, name: str, people: QuerySet[Employee]) -> None:
    """Offer these people in a field of a form, by staff number."""
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(f"{name!r} is no choice of people")
    field.queryset = people.order_by("emp_no")


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[File[bytes]]:
        """Return the files; none is an empty list."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(file, initial) for file in files]


def text_field(label: str, *, hint: str = "", rows: int = 4, required: bool = True) -> Any:
    """Return a field for a few sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        error_messages=EMPTY,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def money_field(label: str) -> Any:
    """Return an optional field for yuan."""
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        error_messages={"invalid": "请写数字，如4000.00。", "min_value": "金额不能是负数。"},
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )


def files_field() -> Any:
    """Return a field for pictures and PDF files."""
    bounds = limits().attachments
    return FilesField(
        label="照片或单据",
        required=False,
        help_text=f"照片或PDF，每个不超过{bounds.bytes // 1048576}MB，最多{bounds.files}个",
        widget=FilesInput(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
    )


def date_field(label: str, *, hint: str = "") -> Any:
    """Return a field for a day."""
    return forms.DateField(
        label=label,
        help_text=hint,
        error_messages={"required": "请填写日期。", "invalid": "请写成 2026-11-24 的样子。"},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class SubmissionForm(forms.Form):
    """A form that knows which submission it is, and which revision of the row the page showed."""

    idempotency_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def visible(self) -> list[forms.BoundField]:
        """Return the fields that are drawn one by one."""
        return [field for field in self.visible_fields() if field.name != "idempotency_key"]


class OpinionForm(SubmissionForm):
    """Triage: why, and for a dismissal the reason and the whitelist."""

    opinion = text_field("依据一两句，写给复核的人看", rows=5)
    reason = forms.ChoiceField(
        label="排除原因",
        required=False,
        choices=[("", "排除时选一项"), *DismissalReason.choices],
    )
    whitelist_until = forms.DateField(
        label="加入白名单至",
        required=False,
        help_text="排除时可填：到这一天为止，同一对象不再预警",
        error_messages={"invalid": "请写成 2026-11-24 的样子。"},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    target = forms.CharField(required=False, max_length=20)
    action = forms.ChoiceField(
        choices=[("dismiss", ""), ("merge", ""), ("notify", ""), ("ticket", "")],
        error_messages={"required": "请选一种处理。", "invalid_choice": "请选一种处理。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        least = limits().opinion_length
        self.fields["opinion"].widget.attrs["placeholder"] = f"不少于{least}字"
        self.fields["opinion"].error_messages = {
            "required": f"研判意见不少于{least}字，请写明依据。"
        }

    def clean(self) -> dict[str, Any]:
        """Ask for what a dismissal and a merge need."""
        cleaned = super().clean() or {}
        if cleaned.get("action") == "dismiss" and not cleaned.get("reason"):
            self.add_error("reason", "排除要选一种原因。")
        if cleaned.get("action") == "merge" and not cleaned.get("target"):
            self.add_error("target", "没有可以并入的工单或预警，请改用其他处理。")
        return cleaned


class DismissalForm(SubmissionForm):
    """A dismissal after the explanation."""

    reason = forms.ChoiceField(
        label="排除原因", choices=DismissalReason.choices, error_messages=PICK
    )
    opinion = text_field("依据", rows=3)
    whitelist_until = forms.DateField(
        label="加入白名单至",
        required=False,
        help_text="到这一天为止，同一对象不再预警",
        error_messages={"invalid": "请写成 2026-11-24 的样子。"},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class ReasonForm(SubmissionForm):
    """One field: why."""

    reason = text_field("理由", rows=3)


class ReplyForm(SubmissionForm):
    """The receiver's explanation; ``theme`` gives the choices their words."""

    choice = forms.ChoiceField(
        label="最接近的情况", widget=forms.RadioSelect, error_messages=PICK, choices=[]
    )
    text = text_field("说明", hint="一两句就够，写清时间和凭据", rows=5)
    files = files_field()

    def __init__(
        self, *args: Any, choices: Sequence[tuple[str, str]] = ReplyChoice.choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["choice"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)


class DisownForm(SubmissionForm):
    """Why it is not one's business."""

    reason = forms.CharField(
        label="为什么不是您的业务",
        max_length=200,
        error_messages=EMPTY,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NamePersonForm(SubmissionForm):
    """Who should explain instead; nobody chosen means the first person stays asked."""

    person = PersonField(label="应由谁说明", required=False, empty_label="就由原接收人说明")
    note = forms.CharField(
        label="一句话理由",
        max_length=200,
        error_messages=EMPTY,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReceiverForm(SubmissionForm):
    """Who is asked to explain, before anybody has been told."""

    person = PersonField(label="接收人")


class ShareForm(SubmissionForm):
    """Which business reviewer is asked, and what."""

    person = PersonField(label="业务部门专责")
    question = text_field("请看什么", rows=3)


class BusinessOpinionForm(SubmissionForm):
    """The opinion of the business reviewer."""

    opinion = text_field("业务意见", rows=4)


class IssueForm(SubmissionForm):
    """What has to be explained, and who gets title and dates."""

    demands = text_field("需说明事项", hint="一行一条，写清要什么凭据", rows=6)
    copied_to = forms.ModelMultipleChoiceField(
        label="抄送",
        required=False,
        help_text="抄送只告知标题和日期",
        queryset=Employee.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )


class EmptyForm(SubmissionForm):
    """Nothing to fill in."""


class VerifiersForm(SubmissionForm):
    """The two people who look on the spot."""

    first = PersonField(label="第一核查人")
    second = PersonField(label="第二核查人")

    def clean(self) -> dict[str, Any]:
        """Refuse the same person twice at once, beside the field."""
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("first") == cleaned.get("second"):
            self.add_error("second", "两名核查人不能是同一个人，请另选一人。")
        return cleaned


class VerificationForm(SubmissionForm):
    """What one verifier found; ``checklist`` comes from the theme."""

    visited_on = date_field("核查日期")
    method = forms.CharField(
        label="方式",
        max_length=120,
        error_messages=EMPTY,
        help_text="如现场查看、调阅档案、询问客户",
    )
    checked = forms.MultipleChoiceField(
        label="已核查", required=False, widget=forms.CheckboxSelectMultiple
    )
    facts = text_field("看到的事实", hint="只写看到的，不写推断")
    evidence = text_field("证据", hint="照片、单据、谈话人", rows=3, required=False)
    amount = money_field("涉及金额（元）")
    files = files_field()

    def __init__(self, *args: Any, checklist: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["checked"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(item, item) for item in checklist]
        if not checklist:
            del self.fields["checked"]


class AnswerForm(SubmissionForm):
    """The receiver's answer under an order."""

    choice = forms.ChoiceField(
        label="最接近的情况", widget=forms.RadioSelect, error_messages=PICK, choices=[]
    )
    text = text_field("原因和经过", hint="不能只写“已核实无异常”")
    remedy = text_field("已采取和将采取的措施", rows=3, required=False)
    amount = money_field("金额影响（元）")
    files = files_field()

    def __init__(
        self, *args: Any, choices: Sequence[tuple[str, str]] = ReplyChoice.choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["choice"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)


class SignForm(SubmissionForm):
    """What the head says when signing."""

    opinion = text_field("所长意见", hint="核查和反馈是否一致，还有什么要说明", rows=3)


CONCLUSION_CHOICES = [
    (choice.value, choice.label)
    for choice in Conclusion
    if choice in CLEARING_CONCLUSIONS | ADVERSE_CONCLUSIONS
]


class ConclusionForm(SubmissionForm):
    """The conclusion, and what follows from it."""

    conclusion = forms.ChoiceField(
        label="结论",
        choices=CONCLUSION_CHOICES,
        widget=forms.RadioSelect,
        error_messages=PICK,
        help_text="误报、数据问题会撤回一切；其余三种会给学习人布置补学",
    )
    reason = text_field("认定理由", hint="写明依据的事实和凭证号")
    then = forms.ChoiceField(
        label="认定之后",
        choices=[("close", "销号"), ("rectify", "先整改，再销号")],
        widget=forms.RadioSelect,
        initial="close",
        error_messages=PICK,
    )
    learner = PersonField(label="学习人", required=False, empty_label="接收人本人")
    responsible = PersonField(label="整改人", required=False, empty_label="不需要整改")
    measures = text_field("整改要求", rows=3, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for what a rectification needs."""
        cleaned = super().clean() or {}
        if cleaned.get("then") == "rectify":
            if not cleaned.get("responsible"):
                self.add_error("responsible", "要整改的，请指定整改人。")
            if not (cleaned.get("measures") or "").strip():
                self.add_error("measures", "要整改的，请写明整改要求。")
        return cleaned


class RectifiedForm(SubmissionForm):
    """What was put right."""

    text = text_field("整改情况")
    amount = money_field("追补金额（元）")


class RemarkForm(SubmissionForm):
    """A remark that may be left out."""

    opinion = text_field("意见", rows=3, required=False)


class TransferForm(SubmissionForm):
    """To whom an order is handed over."""

    to = forms.CharField(label="移交给", max_length=60, error_messages=EMPTY)


class OutcomeForm(SubmissionForm):
    """What the competent body answered."""

    outcome = forms.ChoiceField(
        label="答复的结论",
        choices=CONCLUSION_CHOICES,
        widget=forms.RadioSelect,
        error_messages=PICK,
    )
    reason = text_field("答复文号和要点", rows=3)
    learner = PersonField(label="学习人", required=False, empty_label="接收人本人")


class InterviewForm(SubmissionForm):
    """An interview that took place."""

    person = PersonField(label="被谈人")
    second_officer = PersonField(label="第二约谈人")
    held_at = forms.DateTimeField(
        label="时间",
        error_messages={"required": "请填写时间。", "invalid": "请写成 2026-11-24 14:30 的样子。"},
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    place = forms.CharField(label="地点", max_length=60, error_messages=EMPTY)
    statement = text_field("本人陈述", rows=5)
    demands = text_field("提出的要求", rows=3)
    signed_by_person = forms.BooleanField(label="被谈人已签字", required=False)
    signed_by_officers = forms.BooleanField(label="两名约谈人已签字", required=False)
    files = files_field()


class ObjectionForm(SubmissionForm):
    """What the person does not accept, and why."""

    text = text_field("异议和理由")


class ObjectionAnswerForm(SubmissionForm):
    """The answer to an objection."""

    upheld = forms.ChoiceField(
        label="异议",
        choices=[("yes", "成立，撤回由它而来的一切"), ("no", "不成立，结论不变")],
        widget=forms.RadioSelect,
        error_messages=PICK,
    )
    answer = text_field("答复和理由")
