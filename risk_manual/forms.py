"""What the manual is filtered by."""

from collections.abc import Iterable
from typing import Any

from django import forms

from people.models import Position
from risk_manual.models import RiskAreaPage, RiskLevel

MINE = "mine"


class BrowseForm(forms.Form):
    """Words, area, position and level; what is not understood is left out."""

    q = forms.CharField(label="搜索风险点", required=False, max_length=60)
    level = forms.ChoiceField(
        label="等级", required=False, choices=[("", "全部等级"), *RiskLevel.choices]
    )

    def __init__(
        self,
        *args: Any,
        areas: Iterable[RiskAreaPage],
        positions: Iterable[Position],
        own: Iterable[Position],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        names = "、".join(position.name for position in own)
        self.fields["area"] = forms.ChoiceField(
            label="方面",
            required=False,
            choices=[("", "全部"), *((area.code, area.title) for area in areas)],
        )
        self.fields["position"] = forms.ChoiceField(
            label="岗位",
            required=False,
            choices=[
                ("", "全部岗位"),
                *([(MINE, f"我的岗位：{names}")] if names else []),
                *((position.code, position.name) for position in positions),
            ],
        )

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that were understood."""
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value}
