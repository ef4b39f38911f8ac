"""What of the library itself rests on a case: that it was shown, and lectures held from it."""

from collections.abc import Iterator

from cases.models import CasePage
from cases.registry import Dependant, confidential_uses, register_dependants
from common.formats import day_of


@register_dependants
def uses_and_packs(case: CasePage) -> Iterator[Dependant]:
    """Name every use; of the confidential ones only that there are some."""
    uses = case.uses.order_by("-used_at", "-pk")
    secret = confidential_uses()
    for use in uses.exclude(kind__in=secret):
        day = day_of(use.used_at)
        when = f"{day.year}年{day.month}月{day.day}日"
        yield Dependant(use.kind_label, f"{use.title}，{when}", use.url)
    if uses.filter(kind__in=secret).exists():
        yield Dependant("留存的证据", "纪检工作中引用过，详情只对纪检人员开放")
