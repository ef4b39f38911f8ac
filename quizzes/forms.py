"""The one form of a quiz: an answer to the question at hand."""

from typing import Any

from django import forms

from quizzes.exceptions import NothingChosen, OneChoiceOnly, ResponseTooLong
from quizzes.models import Answer
from quizzes.services.attempts import LONGEST_TEXT


class AnswerForm(forms.Form):
    """Letters of the chosen options, or a written text; with the number of the save."""

    sequence = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=10**9
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
    def save_number(self) -> int:
        """The number of this save, one after the last where the page sent none."""
        return self.cleaned_data.get("sequence") or self.sequence_after
