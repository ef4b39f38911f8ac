"""What readers send: a choice in a micro-lesson, sign-offs, scores, reasons."""

from django import forms

from courses.models import LessonMode

EMPTY = {"required": "请填写这一项。"}
DAY = {"required": "请选日期。", "invalid": "日期写成2026-11-02这样。"}


def day_field(label: str) -> forms.DateField:
    """Return a field for a day, with the browser's own calendar."""
    return forms.DateField(
        label=label,
        error_messages=DAY,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
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


class SignForm(forms.Form):
    """What a mentor saw of one item, and when."""

    shown_on = day_field("哪天演示的")
    seen = forms.CharField(
        label="亲眼看到了什么",
        help_text="写经过和结果，如“加封照片里封印号、铭牌、工单都看得清”。",
        max_length=300,
        error_messages=EMPTY,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ConfirmForm(forms.Form):
    """The head's word that a new hire may work alone."""

    sure = forms.BooleanField(
        label="我看过逐项签认，同意结业",
        error_messages={"required": "请先勾选，再确认。"},
    )
