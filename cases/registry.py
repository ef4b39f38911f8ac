"""What the apps above show on the page of a case: there is a place for ``lessons``."""

from common.parts import PageParts

case_parts = PageParts()
