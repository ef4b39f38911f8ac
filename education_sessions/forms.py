"""What the secretary and the people on the list fill in; nearly all of it is filled in already."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from education_sessions.models import AttendanceStatus
from people.models import Employee

LEAVE_REASONS = ("值班或抢修", "休假", "病假", "出差或培训", "其他")
ROLL_REASONS = (
    "现场点名在场，手机没带或没电",
    "现场点名在场，扫码没有成功",
    "本人事先请假",
    "值班或抢修没有到场",
    "签错了人",
)


def _choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class WhenForm(forms.Form):
    """Day, time, length and place; all are proposed."""

    day = forms.DateField(
        label="日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "日期写成2026-11-24这样。"},
    )
    time = forms.TimeField(
        label="开始时间",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "时间写成15:00这样。"},
    )
    minutes = forms.IntegerField(
        label="时长（分钟）",
        min_value=5,
        max_value=480,
        error_messages={"invalid": "时长写分钟数，例如45。"},
    )
    place = forms.CharField(label="地点", max_length=40)
    despite = forms.BooleanField(label="有冲突，也照这个时间", required=False)

    def span(self) -> tuple[datetime, datetime]:
        """Return the beginning and the end that were chosen."""
        starts_at = timezone.make_aware(
            datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"])
        )
        return starts_at, starts_at + timedelta(minutes=self.cleaned_data["minutes"])


class ScheduleForm(WhenForm):
    """A session of a template; nothing has to be typed."""

    title = forms.CharField(label="标题", max_length=60)
    host = forms.ModelChoiceField(Employee.objects.none(), label="主持")
    recorder = forms.ModelChoiceField(
        Employee.objects.none(), label="记录", required=False, empty_label="开会时再定"
    )
    idempotency_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    field_order = ["title", "day", "time", "minutes", "place", "host", "recorder", "despite"]

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("host", "recorder"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  as declared above
            field.queryset = people


class LeaveForm(forms.Form):
    """Why somebody cannot come."""

    reason = forms.ChoiceField(
        label="事由",
        choices=_choices(LEAVE_REASONS),
        initial=LEAVE_REASONS[0],
        widget=forms.RadioSelect,
        error_messages={"required": "请选一个事由，再请假。"},
    )


class RollForm(forms.Form):
    """What the secretary writes by hand of somebody, and why."""

    status = forms.ChoiceField(
        label="登记为",
        choices=[
            (status.value, status.label)
            for status in (
                AttendanceStatus.PRESENT,
                AttendanceStatus.LEAVE,
                AttendanceStatus.ABSENT,
            )
        ],
        initial=AttendanceStatus.PRESENT,
        widget=forms.RadioSelect,
    )
    reason = forms.ChoiceField(
        label="理由",
        choices=_choices(ROLL_REASONS),
        initial=ROLL_REASONS[0],
        widget=forms.RadioSelect,
        error_messages={"required": "请选一个理由，再登记。"},
    )


class CancelForm(forms.Form):
    """Why a session does not take place."""

    reason = forms.ChoiceField(
        label="原因",
        choices=_choices(("抢修或保供电任务", "主持人有事", "与上级会议冲突", "排错了")),
        initial="抢修或保供电任务",
        widget=forms.RadioSelect,
        error_messages={"required": "请选一个原因，再取消。"},
    )


class CodeForm(forms.Form):
    """The six characters."""

    code = forms.CharField(
        label="六位签到码",
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={"required": "请输入大屏上的六位码，再签到。"},
    )


class HandsForm(forms.Form):
    """How many hands went up for each option."""

    def __init__(self, *args: Any, options: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, option in enumerate(options, 1):
            self.fields[f"hands_{number}"] = forms.IntegerField(
                label=option,
                min_value=0,
                initial=0,
                error_messages={
                    "required": "没有人举手的填0。",
                    "invalid": "人数填整数，例如12。",
                },
            )

    def hands(self) -> list[int]:
        """Return the numbers in the order of the options."""
        return [self.cleaned_data[name] for name in self.fields]


class SheetForm(forms.Form):
    """A photograph of the sheet that people signed."""

    file = forms.FileField(
        label="照片或PDF",
        widget=forms.ClearableFileInput(attrs={"accept": "image/*,application/pdf"}),
        error_messages={"required": "请先选一张照片，再传。"},
    )
