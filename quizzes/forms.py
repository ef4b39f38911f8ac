"""An answer to the question at hand, the marks for one, a correction, and a file of questions."""

from typing import Any

from django import forms

from quizzes.exceptions import NothingChosen, OneChoiceOnly, ResponseTooLong
from quizzes.interchange.formats import FORMATS
from quizzes.models import Answer, Confidence, QuestionVersion, RegradeWay
from quizzes.services.attempts import longest_text
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
            most = longest_text(answer)
            errors["max_length"] = str(ResponseTooLong(most))
            field = forms.CharField(max_length=most, error_messages=errors)
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


class MarkForm(forms.Form):
    """What is given for each marking point of a short answer, and a word to its writer."""

    def __init__(self, *args: Any, version: QuestionVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, point in enumerate(version.marking_points):
            self.fields[f"point_{number}"] = forms.TypedChoiceField(
                label=point["text"],
                choices=[(given, f"{given}分") for given in range(point["score"] + 1)],
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": f"“{point['text']}”还没有给分，请选一个分数。"},
            )
        self.fields["comment"] = forms.CharField(
            label="给本人的一句话",
            max_length=200,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            error_messages={"max_length": "这句话超过200个字，请缩短后再保存。"},
        )

    @property
    def points(self) -> list[int]:
        """What was given, in the order of the marking points."""
        return [value for name, value in self.cleaned_data.items() if name.startswith("point_")]


class RegradeForm(forms.Form):
    """How earlier answers are judged anew, and why."""

    way = forms.TypedChoiceField(
        label="怎么改判", choices=RegradeWay, coerce=RegradeWay, initial=RegradeWay.KEY
    )
    reason = forms.CharField(
        label="原因", max_length=200, required=False, help_text="留档，本人在答卷里看得到。"
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False)


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
