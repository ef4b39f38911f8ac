"""Addresses under which calendars read sessions."""

import secrets

from django.db import models
from django.db.models import Q

from people.models import Employee, PartyBranch


def new_token() -> str:
    """Return what nobody guesses: 192 random bits."""
    return secrets.token_urlsafe(24)


class CalendarFeed(models.Model):
    """The address of one person's calendar, or of a branch's as that person may see it.

    Who knows the address reads the calendar without logging in, so it can be renewed, and it ends
    with the person's right. 个人信息：日历地址。
    """

    employee = models.ForeignKey(
        Employee, models.CASCADE, related_name="calendar_feeds", verbose_name="员工"
    )
    branch = models.ForeignKey(
        PartyBranch, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="党支部"
    )
    token = models.CharField("地址", max_length=40, unique=True, default=new_token)
    renewed_at = models.DateTimeField("启用时间")

    class Meta:
        verbose_name = "日历地址"
        verbose_name_plural = "日历地址"
        constraints = [
            models.UniqueConstraint(
                fields=["employee"],
                condition=Q(branch=None),
                name="education_sessions_one_feed_a_person",
            ),
            models.UniqueConstraint(
                fields=["employee", "branch"], name="education_sessions_one_feed_a_branch_reader"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee}的日历{f'：{self.branch}' if self.branch else ''}"
