"""What readers send: a choice in a micro-lesson, sign-offs, scores, reasons."""

import hashlib
import uuid
from collections.abc import Iterable
from typing import IO, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db.models import QuerySet
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm

from common.files import plain_name
from courses.captions import as_webvtt, decode
from courses.exceptions import FileRefused
from courses.filetypes import examine
from courses.models import Enrollment, EnrollmentStatus, LessonMode, MediaKind
from people.models import Employee, OrgUnit

EMPTY = {"required": "请填写这一项。"}
DAY = {"required": "请选日期。", "invalid": "日期写成2026-11-02这样。"}


def day_field(label: str) -> forms.DateField:
    """Return a field for a day, with the browser's own calendar."""
    return forms.DateField(
        label=label,
        error_messages=DAY,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


def score_field(label: str, *, required: bool = True) -> forms.IntegerField:
    """Return a field for a score of 100."""
    wrong = "成绩写0到100的整数，请改正。"
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=0,
        max_value=100,
        error_messages=EMPTY | {"invalid": wrong, "min_value": wrong, "max_value": wrong},
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class ModeForm(forms.Form):
    """The way the person is learning; one the page does not know is watching."""

    mode = forms.CharField(required=False, max_length=10)

    def clean_mode(self) -> LessonMode:
        """Return the mode."""
        return mode_of(self.cleaned_data["mode"])


class DecisionForm(ModeForm):
    """The option that was chosen, counted from 1; none is left to the service to refuse."""

    decision = forms.IntegerField(required=False, min_value=0, max_value=99)

    def clean_decision(self) -> int:
        """Return the number of the option, 0 where none was chosen."""
        return self.cleaned_data["decision"] or 0


class ProgressForm(ModeForm):
    """A stretch of the lesson that was played, in seconds."""

    start = forms.IntegerField(min_value=0, max_value=3600)
    end = forms.IntegerField(min_value=0, max_value=3600)


def mode_of(word: str | None) -> LessonMode:
    """Return the mode of that name, watching where there is none."""
    return LessonMode(word) if word in LessonMode.values else LessonMode.WATCH


class MediaFileForm(WagtailAdminModelForm):
    """A file for lessons: what it is and how long it plays is read from its content.

    Once kept, the file stays as it is; title, captions and a stated length can be corrected.
    """

    file = forms.FileField(
        label="文件",
        help_text="视频mp4、webm，最大200MB；录音mp3、m4a、ogg、wav，最大30MB；"
        "附件PDF、docx、xlsx、pptx，最大20MB。",
        error_messages={
            "required": "请选择文件。",
            "empty": "文件是空的，请重新选择。",
            "invalid": "没有收到文件，请重新选择。",
        },
    )
    captions_file = forms.FileField(
        label="字幕文件",
        required=False,
        help_text="视频必须有字幕：WebVTT（.vtt）或SRT（.srt），SRT自动转换。",
        error_messages={"empty": "字幕文件是空的，请重新选择。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["file"]
        if "captions" in self.fields:
            self.fields["captions"].help_text = "可以直接改；上传字幕文件就以文件为准。"

    def clean_file(self) -> "File[bytes]":
        """Return the file under a name of our own; what it is goes to the instance."""
        file: File[bytes] = self.cleaned_data["file"]
        try:
            found = examine(file, size=file.size)
        except FileRefused as refusal:
            raise ValidationError(str(refusal)) from refusal
        kept = self.instance
        kept.kind, kept.content_type, kept.size = found.kind, found.content_type, file.size
        kept.name = plain_name(file.name or "")
        kept.sha256 = _digest_of(file)
        if found.seconds is not None:
            self.read_seconds = max(1, round(found.seconds))
        file.name = f"{uuid.uuid4().hex}.{found.suffix}"
        return file

    read_seconds: int | None = None

    def clean(self) -> dict[str, Any]:
        """Check captions and length against what the file is."""
        cleaned: dict[str, Any] = super().clean() or {}
        self._take_captions(cleaned)
        kind = self.instance.kind
        if self.read_seconds is not None:
            cleaned["seconds"] = self.read_seconds
        if kind == MediaKind.VIDEO and not cleaned.get("captions") and not self.errors:
            self.add_error("captions_file", "视频要有字幕，请上传WebVTT或SRT文件。")
        plays = kind in {MediaKind.VIDEO, MediaKind.AUDIO}
        if plays and not cleaned.get("seconds") and "seconds" not in self.errors:
            self.add_error("seconds", "这种文件读不出时长，请写播放多少秒。")
        return cleaned

    def _take_captions(self, cleaned: dict[str, Any]) -> None:
        upload = cleaned.get("captions_file")
        name = "captions_file" if upload else "captions"
        try:
            text = decode(upload.read()) if upload else cleaned.get("captions") or ""
            cleaned["captions"] = as_webvtt(text) if text.strip() else ""
        except FileRefused as refusal:
            self.add_error(name, str(refusal))


def _digest_of(file: "IO[bytes] | File[bytes]") -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(65536):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


class SignForm(forms.Form):
    """What a mentor saw of one item, and when: a sentence, a photo or both."""

    shown_on = day_field("哪天演示的")
    seen = forms.CharField(
        label="亲眼看到了什么",
        help_text="写经过和结果，如“加封照片里封印号、铭牌、工单都看得清”。拍了照片可以不写。",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photo = forms.FileField(
        label="现场照片",
        help_text="拍物和单据，不拍客户的脸和证件；位置等信息会去掉。写清楚了可以不拍。",
        required=False,
        error_messages={
            "empty": "照片是空的，请重新拍一张。",
            "invalid": "没有收到照片，请重新拍一张。",
        },
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )


class ConfirmForm(forms.Form):
    """The head's word that a new hire may work alone."""

    sure = forms.BooleanField(
        label="我看过逐项签认，同意结业",
        error_messages={"required": "请先勾选，再确认。"},
    )


class ClassForm(forms.Form):
    """A list of new hires, the name of their class and where it is held."""

    name = forms.CharField(label="班名", max_length=60, error_messages=EMPTY)
    unit = forms.ModelChoiceField(
        label="办班单位",
        queryset=OrgUnit.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选一个单位。", "invalid_choice": "请在列表里重新选单位。"},
    )
    file = forms.FileField(
        label="名单",
        help_text="Excel（.xlsx）或CSV，一人一行。",
        error_messages={
            "required": "请选择名单文件。",
            "empty": "文件是空的，请填好名单再上传。",
            "invalid": "没有收到文件，请重新选择。",
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, units: QuerySet[OrgUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        if not isinstance(field, forms.ModelChoiceField):
            raise TypeError("unit is no choice of units")
        field.queryset = units


class RollForm(forms.Form):
    """Who sat in a lesson."""

    present = forms.MultipleChoiceField(
        label="到课的人",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "还没有勾选，请勾选到课的人再保存。",
            "invalid_choice": "名单变了，请刷新页面重新勾选。",
        },
    )

    def __init__(self, *args: Any, enrollments: Iterable[Enrollment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_pk = {str(each.pk): each for each in enrollments}
        field = self.fields["present"]
        if not isinstance(field, forms.MultipleChoiceField):
            raise TypeError("present is no choice of people")
        field.choices = [
            (pk, f"{each.employee.name}（{each.employee.emp_no}）")
            for pk, each in self.by_pk.items()
        ]

    def clean_present(self) -> list[Enrollment]:
        """Return the cycles of those who were present."""
        return [self.by_pk[pk] for pk in self.cleaned_data["present"]]


class ScoresForm(forms.Form):
    """Scores of one paper examination; who is left blank was not there."""

    taken_on = day_field("考试日期")

    def __init__(self, *args: Any, enrollments: Iterable[Enrollment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_name = {f"score_{each.pk}": each for each in enrollments}
        for name, each in self.by_name.items():
            self.fields[name] = score_field(
                f"{each.employee.name}（{each.employee.emp_no}）", required=False
            )

    def clean(self) -> dict[str, Any]:
        """Check that at least one score was entered."""
        cleaned = super().clean() or {}
        if not self.errors and not self.scores():
            self.add_error(None, "还没有填成绩，请至少填一个人的成绩再保存。")
        return cleaned

    def scores(self) -> list[tuple[Enrollment, int]]:
        """Return the cycles with the scores that were entered."""
        return [
            (enrollment, self.cleaned_data[name])
            for name, enrollment in self.by_name.items()
            if self.cleaned_data.get(name) is not None
        ]


class CorrectionForm(forms.Form):
    """The score that was meant, and why; ``confirmed`` is what was said that it would change."""

    reason = forms.CharField(
        label="凭什么更正",
        help_text="如“卷面75分，录成了55分”。本人看得到。",
        max_length=200,
        error_messages=EMPTY,
    )
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ["score"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["score"] = score_field("改为多少分")
        self.order_fields(self.field_order)

    def asked_again(self, meaning: str) -> "CorrectionForm":
        """Return the same form, to be confirmed as having this meaning."""
        return CorrectionForm({**self.cleaned_data, "confirmed": meaning})


class MentorForm(forms.Form):
    """Who shows the new hire the work."""

    emp_no = forms.CharField(label="师傅的工号", max_length=20, error_messages=EMPTY)

    def clean_emp_no(self) -> Employee:
        """Return the mentor."""
        word = self.cleaned_data["emp_no"].strip()
        found = Employee.objects.employed(on=timezone.localdate()).filter(emp_no=word).first()
        if found is None:
            raise ValidationError(f"在职员工里没有工号“{word}”，请核对后重填。")
        return found


class ExceptionForm(forms.Form):
    """Why a cycle need not be learnt."""

    status = forms.ChoiceField(
        label="怎么办理",
        choices=[
            (status.value, status.label)
            for status in (EnrollmentStatus.WAIVED, EnrollmentStatus.CREDITED)
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "请选一项。", "invalid_choice": "请在两项里选一项。"},
    )
    reason = forms.CharField(
        label="凭什么",
        help_text="如“2026年9月在市公司学过同样的课，有证书”。",
        max_length=200,
        error_messages=EMPTY,
    )


class ExtraTimeForm(forms.Form):
    """How much longer a person may take over an examination."""

    percent = forms.IntegerField(
        label="加时百分之几",
        help_text="如25是多给四分之一的时间；0是取消。不用写原因。",
        min_value=0,
        max_value=100,
        error_messages=EMPTY
        | dict.fromkeys(("invalid", "min_value", "max_value"), "写0到100的整数，请改正。"),
    )


class ReasonForm(forms.Form):
    """Why a certificate is taken back."""

    reason = forms.CharField(label="撤销原因", max_length=200, error_messages=EMPTY)


class PrintForm(forms.Form):
    """Which certificates to set: those of a class, or those issued since a day."""

    training_class = forms.IntegerField(required=False, min_value=1)
    since = forms.DateField(required=False)

    def clean(self) -> dict[str, Any]:
        """Check that one of the two is given."""
        cleaned = super().clean() or {}
        if not cleaned.get("training_class") and not cleaned.get("since"):
            self.add_error(None, "请选一个班，或填写从哪天起发的证书。")
        return cleaned
