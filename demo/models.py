"""How far the demonstration has been brought; stores nothing else.

The people, deliveries and warnings of the demonstration lie in the apps that real ones lie in.
"""

from django.db import models
from django.db.models import Q


class DemoRun(models.Model):
    """The one demonstration of this installation: its seed, its first day, how far it was played.

    ``loaded_at`` is set once the first load is complete; without it, the load is taken up again.
    """

    only = models.BooleanField(default=True, unique=True)
    seed = models.PositiveIntegerField("种子")
    as_of = models.DateField("首次装载日")
    played_until = models.DateField("已演到", null=True, blank=True)
    loaded_at = models.DateTimeField("装载完成", null=True, blank=True)

    class Meta:
        verbose_name = "演示"
        verbose_name_plural = "演示"
        constraints = [
            models.CheckConstraint(condition=Q(only=True), name="demo_runs_once"),
        ]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d}的演示"
