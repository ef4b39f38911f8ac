"""What a person is told. The in-app centre is the truth; other channels only copy it.

Stores one row per person and event. Stores no case content: a title, one sentence and a link.
个人信息：收件人。
"""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from people.models import User


class NotificationCategory(models.TextChoices):
    TODO = "todo", "要办"
    LEARNING = "learning", "学习"
    NOTICE = "notice", "通知"


class Pace(models.TextChoices):
    """How a message counts for the two of learning a week; ``notifications.services`` decides."""

    FREE = "free", "不计"
    COUNTED = "counted", "计入每周两条"
    QUIET = "quiet", "本周已满，只放在消息里"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: "User") -> Self:
        """Return the person's own messages; nobody reads another's."""
        employee = user.scope.employee
        return self.filter(recipient=employee) if employee else self.none()

    def released(self, *, now: datetime) -> Self:
        """Return what has been released by then and was not taken back."""
        return self.filter(release_at__lte=now, withdrawn_at=None)

    def unread(self) -> Self:
        """Return what the person has not opened yet."""
        return self.filter(read_at=None)

    def loud(self) -> Self:
        """Return what may ring: bell and channels leave out what was over the week's two."""
        return self.exclude(pace=Pace.QUIET)

    def todo(self) -> Self:
        """Return what asks the person to act and is not settled."""
        return self.filter(category=NotificationCategory.TODO, settled_at=None)


class Notification(models.Model):
    """One message to one person about one event.

    ``event`` names the event (``risk_warnings.tip:42``); with the recipient it is unique, so
    telling twice tells once. Before ``release_at`` nobody sees it: triage can still be undone.
    A quiet one stands in the list like any other; no bell and no channel calls anybody to it.
    """

    recipient = models.ForeignKey(
        "people.Employee", models.CASCADE, related_name="notifications", verbose_name="收件人"
    )
    event = models.CharField("事件", max_length=120)
    category = models.CharField("类别", max_length=10, choices=NotificationCategory)
    pace = models.CharField("提醒", max_length=8, choices=Pace, default=Pace.FREE)
    icon = models.CharField("图标", max_length=30, default="bell")
    title = models.CharField("标题", max_length=120)
    body = models.CharField("一句话", max_length=300, blank=True)
    url = models.CharField("链接", max_length=200, blank=True)
    created_at = models.DateTimeField("写入时间")
    release_at = models.DateTimeField("发出时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    settled_at = models.DateTimeField("办结时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = "消息"
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "event"], name="notifications_one_row_per_person_and_event"
            )
        ]
        indexes = [
            models.Index(
                fields=["recipient", "-release_at"],
                condition=Q(withdrawn_at=None),
                name="notifications_inbox",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_unread(self) -> bool:
        """Whether the person has not opened it yet."""
        return self.read_at is None
