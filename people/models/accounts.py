"""Accounts, the one-time first code, and failed log-ins."""

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.http import HttpRequest

if TYPE_CHECKING:
    from people.scope import Scope


class TextSize(models.TextChoices):
    STANDARD = "standard", "标准"
    LARGE = "large", "大"
    EXTRA = "extra", "特大"
    CARE = "care", "关怀"


class ThemeChoice(models.TextChoices):
    AUTO = "auto", "跟随系统"
    LIGHT = "light", "浅色"
    DARK = "dark", "深色"


class User(AbstractUser):
    """An account; ``username`` is the staff number. Superuser flags open no row of ours.

    个人信息：工号。
    """

    employee = models.OneToOneField(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="user",
        verbose_name="员工",
    )
    must_change_password = models.BooleanField("首次登录须改密码", default=False)
    text_size = models.CharField("字号", max_length=10, choices=TextSize, default=TextSize.STANDARD)
    theme = models.CharField("外观", max_length=10, choices=ThemeChoice, default=ThemeChoice.AUTO)

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.employee.name if self.employee else self.username

    @cached_property
    def scope(self) -> "Scope":
        """What this person may see today; worked out once a request, in three queries."""
        from people.scope import Scope

        return Scope.of(self)


class FirstCode(models.Model):
    """A one-time code on paper for a first log-in; only its hash is kept."""

    user = models.OneToOneField(
        User, models.CASCADE, related_name="first_code", verbose_name="用户"
    )
    code_hash = models.CharField("校验值", max_length=128)
    expires_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "首次登录码"
        verbose_name_plural = "首次登录码"

    def __str__(self) -> str:
        return f"{self.user}的首次登录码"

    def is_usable(self, *, now: datetime) -> bool:
        """Return whether the code may still be used."""
        return self.used_at is None and now < self.expires_at


class LoginFailure(models.Model):
    """Failed log-ins of one name from one address; the wait grows with each, and fades."""

    username = models.CharField("登录名", max_length=150)
    address = models.GenericIPAddressField("地址")
    count = models.PositiveIntegerField("次数", default=0)
    last_at = models.DateTimeField("最近一次")
    blocked_until = models.DateTimeField("暂停至", null=True, blank=True)

    class Meta:
        verbose_name = "登录失败"
        verbose_name_plural = "登录失败"
        constraints = [
            models.UniqueConstraint(
                fields=["username", "address"], name="people_failures_per_name_and_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.count}次"


class SignedInRequest(HttpRequest):
    """The request that views behind ``login_required`` get: its user is an account of ours."""

    user: User
