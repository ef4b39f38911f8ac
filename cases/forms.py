"""What the case library is searched by, and the words a check asks for."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from cases.identities import IdentityKind

MINE = "mine"
Choices = Sequence[tuple[str, str]]


class CaseFilterForm(forms.Form):
    """Words, area or own posts, post, risk point and theme; what is not understood is left out."""

    q = forms.CharField(label="搜索案例", required=False, max_length=60)

    def __init__(self, *args: Any, choices: Mapping[str, Choices], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"show": "筛选", "position": "岗位", "point": "风险点", "theme": "监督主题"}
        for name, label in labels.items():
            self.fields[name] = forms.ChoiceField(
                label=label,
                required=False,
                choices=[("", "全部"), *choices[name]],
                widget=forms.Select(attrs={"class": "in"}),
            )

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that were understood."""
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value}


class AcceptHitForm(forms.Form):
    """Why a hit is no identity."""

    kind = forms.ChoiceField(choices=IdentityKind.choices, widget=forms.HiddenInput)
    text = forms.CharField(max_length=120, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="为什么不是身份信息",
        min_length=4,
        max_length=200,
        error_messages={
            "required": "请写明为什么这处不是身份信息，再认定为误报。",
            "min_length": "理由太短，请写明这处指的是什么，比如“这里的周一是星期一”。",
        },
    )
