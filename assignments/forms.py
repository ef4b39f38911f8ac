"""What a training officer asks and fills in."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from assignments.models import Allotment
from assignments.services.allotting import people_meant
from assignments.services.training import GROUPS, STATES, Question
from courses.models import CourseKind, CoursePage
from people.models import OrgUnit, Position

MOST_NAMED = 200
_BETWEEN = re.compile(r"[\s,，、;；]+")

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
        fields = ("course", "unit", "position", "named", "due_on", "reason")
        labels = {"course": "哪门课", "unit": "给哪个单位", "position": "只给哪个岗位"}
        help_texts = {
            "named": f"填工号，一行一个，最多{MOST_NAMED}个；空着就是上面单位和岗位的所有人。",
            "reason": "学员会读到这句话，如“新的退补流程上线，核算岗位先学”。",
        }
        widgets = {
            "named": forms.Textarea(attrs={"rows": 3}),
            "due_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }
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

    def clean_named(self) -> str:
        """Return the numbers in order, each once, however they were divided."""
        numbers = sorted(set(_BETWEEN.split(self.cleaned_data["named"])) - {""})
        if len(numbers) > MOST_NAMED:
            raise ValidationError(
                f"一次最多点名{MOST_NAMED}人，这里有{len(numbers)}个工号；请分几次布置。"
            )
        return " ".join(numbers)

    def clean(self) -> dict[str, Any]:
        """Check that who is named works where the course is given."""
        cleaned = super().clean() or {}
        unit, named = cleaned.get("unit"), cleaned.get("named", "")
        if unit is None or not named:
            return cleaned
        found = people_meant(
            unit=unit, position=cleaned.get("position"), named=named, on=timezone.localdate()
        )
        missing = sorted(set(named.split()) - set(found.values_list("emp_no", flat=True)))
        if missing:
            more = f"等{len(missing)}个" if len(missing) > 3 else ""
            where = f"{unit}{cleaned.get('position') or ''}"
            self.add_error(
                "named",
                f"{where}的在职人员里没有工号{'、'.join(missing[:3])}{more}，请核对后再看。",
            )
        return cleaned

    def meaning(self) -> str:
        """Return what a valid form means, to compare with what was shown."""
        asked = self.cleaned_data
        position = asked["position"].pk if asked["position"] else ""
        whom = f"{asked['unit'].pk}-{position}-{asked['named']}"
        return f"{asked['course'].pk}-{whom}-{asked['due_on']:%Y%m%d}"


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
