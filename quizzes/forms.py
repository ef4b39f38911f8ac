"""An answer to the question at hand, and a file of questions."""

from typing import Any

from django import forms

from quizzes.exceptions import NothingChosen, OneChoiceOnly, ResponseTooLong
from quizzes.interchange.formats import FORMATS
from quizzes.models import Answer, Confidence
from quizzes.services.attempts import LONGEST_TEXT
from risk_manual.models import RiskPointPage


class AnswerForm(forms.Form):
    """Letters of the chosen options, or a written text; with the number of the save."""

    sequence = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=10**9
    )

    confidence = forms.TypedChoiceField(
        choices=Confidence, coerce=lambda value: Confidence(int(value)), required=False
    )

    def __init__(self, *args: Any, answer: Answer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        version = answer.version
        self.sequence_after = answer.sequence + 1
        letters = [(letter, option["text"]) for letter, option in answer.shown_options()]
        errors = {"required": str(NothingChosen()), "invalid_choice": str(NothingChosen())}
        field: forms.Field
        if version.takes_several:
            field = forms.MultipleChoiceField(choices=letters, error_messages=errors)
        elif version.has_options:
            errors["invalid_choice"] = str(OneChoiceOnly())
            field = forms.ChoiceField(choices=letters, error_messages=errors)
        else:
            errors["max_length"] = str(ResponseTooLong())
            field = forms.CharField(max_length=LONGEST_TEXT, error_messages=errors)
        field.label = "作答"
        self.fields["response"] = field

    @property
    def letters(self) -> list[str]:
        """The response as services take it."""
        response = self.cleaned_data["response"]
        return response if isinstance(response, list) else [response]

    @property
    def how_sure(self) -> Confidence | None:
        """How sure the person says they are, if they say."""
        return self.cleaned_data.get("confidence") or None

    @property
    def save_number(self) -> int:
        """The number of this save, one after the last where the page sent none."""
        return self.cleaned_data.get("sequence") or self.sequence_after


class UploadForm(forms.Form):
    """A file of questions, how it is written, and the risk point of those that name none."""

    format = forms.ChoiceField(
        label="格式", choices=[(each.code, each.label) for each in FORMATS.values()]
    )
    risk_point: forms.ModelChoiceField[RiskPointPage] = forms.ModelChoiceField(
        label="没有写明风险点的题归到",
        queryset=RiskPointPage.objects.none(),
        error_messages={"required": "请选一个风险点。"},
    )
    file = forms.FileField(
        label="文件",
        error_messages={
            "required": "请选择要导入的文件。",
            "empty": "这个文件是空的，请重新选择。",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points = RiskPointPage.objects.live().order_by("code")
        self.fields["risk_point"].queryset = points  # type: ignore[attr-defined]  # a model choice
