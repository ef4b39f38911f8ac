"""What a training officer asks and fills in."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from assignments.models import Allotment
from assignments.services.training import GROUPS, STATES, Question
from courses.models import CourseKind, CoursePage
from people.models import OrgUnit, Position

EMPTY = {"required": "请填写这一项。"}
PICK = {"required": "请选一项。", "invalid_choice": "请在列表里重新选。"}
DAY = {"required": "请选日期。", "invalid": "日期写成2026-11-02这样。"}


class QuestionForm(forms.Form):
    """What the table is asked; what cannot be meant is left out."""

    on = forms.DateField(required=False)
    by = forms.ChoiceField(choices=list(GROUPS.items()), required=False)
    unit = forms.IntegerField(required=False, min_value=0)
    own = forms.BooleanField(required=False)
    position = forms.IntegerField(required=False, min_value=0)
    requirement = forms.CharField(required=False, max_length=40)
    state = forms.ChoiceField(choices=list(STATES.items()), required=False)

    def question(self, *, today: date) -> Question:
        """Return what was asked; a day to come is today."""
        self.is_valid()
        asked = self.cleaned_data
        on = asked.get("on") or today
        return Question(
            on=min(on, today),
            unit=asked.get("unit") or 0,
            own=bool(asked.get("own")),
            position=asked.get("position") or 0,
            requirement=asked.get("requirement") or "",
            state=asked.get("state") or "",
        )

    def group(self) -> str:
        """Return by what the table is grouped."""
        return self.cleaned_data.get("by") or "unit"


class AllotmentForm(forms.ModelForm[Allotment]):
    """A course for the people of a unit, or of a post in it."""

    class Meta:
        model = Allotment
        fields = ("course", "unit", "position", "due_on", "reason")
        labels = {"course": "哪门课", "unit": "给哪个单位", "position": "只给哪个岗位"}
        help_texts = {"reason": "学员会读到这句话，如“新的退补流程上线，核算岗位先学”。"}
        widgets = {"due_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}
        error_messages = {
            "course": PICK,
            "unit": PICK,
            "position": PICK,
            "due_on": DAY,
            "reason": EMPTY,
        }

    def __init__(self, *args: Any, units: "QuerySet[OrgUnit]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses = CoursePage.objects.live().filter(kind__in=[CourseKind.ROLE, CourseKind.REFRESHER])
        for name, rows, empty in (
            ("course", courses.order_by("kind", "order"), "请选择"),
            ("unit", units.order_by("path"), "请选择"),
            ("position", Position.objects.order_by("order", "code"), "单位里的全体人员"),
        ):
            field = self.fields[name]
            if not isinstance(field, forms.ModelChoiceField):
                raise TypeError(f"{name} is no choice of rows")
            field.queryset = rows
            field.empty_label = empty

    def meaning(self) -> str:
        """Return what a valid form means, to compare with what was shown."""
        asked = self.cleaned_data
        position = asked["position"].pk if asked["position"] else ""
        return f"{asked['course'].pk}-{asked['unit'].pk}-{position}-{asked['due_on']:%Y%m%d}"


class ExtensionForm(forms.Form):
    """To when a last day is put off, and why."""

    due_on = forms.DateField(
        label="延到哪一天",
        error_messages=DAY,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = forms.CharField(
        label="为什么延期",
        help_text="本人会读到，如“抢修值班，顺延一周”。",
        max_length=200,
        error_messages=EMPTY,
    )
