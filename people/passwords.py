"""Passwords that many Chinese users would choose, and that are therefore refused."""

from django.core.exceptions import ValidationError

# Common words of a power company and keyboard runs; compared without digits and signs.
_COMMON = frozenset(
    {
        "woaini",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "qazwsxedc",
        "guojiadianwang",
        "dianwang",
        "gongdian",
        "gongdiansuo",
        "gongdiangongsi",
        "jiangcheng",
        "jiangchenggongdian",
        "qingfeng",
        "lianjie",
        "mima",
        "password",
        "admin",
        "administrator",
        "iloveyou",
        "abcdefghijkl",
        "aaaaaaaaaaaa",
    }
)


class CommonChinesePasswordValidator:
    """Refuse a password that is a common word with digits and signs around it."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError when only a common word is left of the letters."""
        letters = "".join(ch for ch in password.lower() if ch.isalpha())
        if letters in _COMMON or len(set(password)) <= 2:
            raise ValidationError(self.get_help_text(), code="password_too_common")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return "这个密码太常见，请换一个别人猜不到的，可以用几个不相干的词连起来。"
