"""What the lesson page sends: a choice, and how far it has played."""

from django import forms

from courses.models import LessonMode


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
