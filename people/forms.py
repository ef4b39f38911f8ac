"""Forms of log-in, password and display."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from people.models import TextSize, ThemeChoice, User


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
