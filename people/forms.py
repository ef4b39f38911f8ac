"""Forms of log-in, password and display, of the roster, and of what is signed and declared."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from people.models import Employee, Relation, TextSize, ThemeChoice, User


class LoginForm(forms.Form):
    """Staff number and password; a one-time first code goes into the same field."""

    username = forms.CharField(
        label="工号",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        error_messages={"required": "请填写工号。"},
    )
    password = forms.CharField(
        label="密码或首次登录码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请填写密码；第一次登录填纸条上的首次登录码。"},
    )

    def clean_username(self) -> str:
        """Return the staff number without blanks around it."""
        return str(self.cleaned_data["username"]).strip()


class ChoosePasswordForm(forms.Form):
    """A new password, typed twice."""

    password = forms.CharField(
        label="新密码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="至少12个字符，可以用几个不相干的词连起来。",
        error_messages={"required": "请填写新密码。"},
    )
    again = forms.CharField(
        label="再填一遍",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "请把新密码再填一遍。"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Check that both are equal and the password is good enough."""
        cleaned = super().clean() or {}
        password = cleaned.get("password")
        if password and cleaned.get("again") and password != cleaned["again"]:
            self.add_error("again", "两次填写的密码不一样，请重新填写。")
        if password:
            try:
                validate_password(password, user=self.user)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class PreferencesForm(forms.Form):
    """Size of letters and theme; either may be left as it is."""

    text_size = forms.ChoiceField(choices=TextSize, required=False)
    theme = forms.ChoiceField(choices=ThemeChoice, required=False)


class RosterForm(forms.Form):
    """A file of employees."""

    file = forms.FileField(
        label="名册文件",
        help_text="xlsx、xls或csv，一人一行。",
        error_messages={
            "required": "请选择名册文件。",
            "empty": "这个文件是空的，请重新选择。",
        },
    )


class CommitmentForm(forms.Form):
    """One's own name under the commitment."""

    name = forms.CharField(
        label="本人姓名",
        max_length=40,
        help_text="填上姓名就是签署，签后不能改。",
        error_messages={"required": "请填您本人的姓名。"},
    )


class InterestsForm(forms.Form):
    """Whether there is anything to declare at all."""

    has_any = forms.ChoiceField(
        label="有没有要申报的",
        choices=[("no", "没有"), ("yes", "有，填在下面")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选“有”或“没有”。"},
    )


class InterestForm(forms.Form):
    """One relative at a firm or among the colleagues, or a holding of one's own."""

    relation = forms.ChoiceField(
        label="与您的关系",
        choices=[("", "请选择"), *Relation.choices],
        error_messages={"required": "请选关系。"},
    )
    relative_name = forms.CharField(
        label="姓名", max_length=40, error_messages={"required": "请填姓名；本人持股填您自己。"}
    )
    company = forms.CharField(label="所在或持股的企业", max_length=80, required=False)
    company_code = forms.CharField(
        label="统一社会信用代码", max_length=18, required=False, help_text="知道就填。"
    )
    role = forms.CharField(label="职务或持股", max_length=60, required=False)
    colleague = forms.CharField(
        label="亲属的工号", max_length=20, required=False, help_text="亲属也在本公司工作时填。"
    )
    deals_with_us = forms.BooleanField(label="这家企业和本单位有业务往来", required=False)

    def clean_colleague(self) -> Employee | None:
        """Return the colleague with that staff number."""
        number = self.cleaned_data["colleague"].strip()
        if not number:
            return None
        colleague = Employee.objects.filter(emp_no=number).first()
        if colleague is None:
            raise ValidationError(f"工号{number}不在名册里，请核对；不在本公司工作就空着。")
        return colleague

    def clean(self) -> dict[str, Any]:
        """Ask for a firm or a staff number: without either nobody can stand aside."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned["company"] and cleaned["colleague"] is None:
            self.add_error("company", "请填企业名称；亲属在本公司工作的，填他的工号。")
        return cleaned


class BaseInterestFormSet(forms.BaseFormSet[InterestForm]):
    """The things to declare; a blank one is none."""

    def add_fields(self, form: InterestForm, index: int | None) -> None:
        """Say in words what the box for taking an entry out does."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = "这一项现在没有了，去掉"

    @property
    def filled(self) -> list[dict[str, Any]]:
        """What was filled in and not taken out, once valid."""
        return [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data.get("relation") and not form.cleaned_data.get("DELETE")
        ]


InterestFormSet: type[BaseInterestFormSet] = forms.formset_factory(  # type: ignore[assignment]  # stubs drop formset=
    InterestForm,
    formset=BaseInterestFormSet,
    extra=1,
    can_delete=True,
    can_delete_extra=False,
    max_num=20,
    absolute_max=20,
)
