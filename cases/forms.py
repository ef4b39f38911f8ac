"""What the case library is filtered by."""

from collections.abc import Iterable
from typing import Any

from django import forms

from risk_manual.models import RiskAreaPage

MINE = "mine"


class CaseFilterForm(forms.Form):
    """Words, and own posts or one area; what is not understood is left out."""

    q = forms.CharField(label="搜索案例", required=False, max_length=60)

    def __init__(self, *args: Any, areas: Iterable[RiskAreaPage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "全部"), (MINE, "我的岗位"), *((area.code, area.title) for area in areas)]
        self.fields["show"] = forms.ChoiceField(label="筛选", required=False, choices=choices)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that were understood."""
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value}
