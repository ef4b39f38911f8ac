"""What the apps above show on the page of a risk point.

The page has places for ``cases``, ``lessons`` (with ``url``, ``action`` and ``hint``), ``quiz``
(what the reader last answered) and ``mastery`` (a pair of the facts in the head).
"""

from common.parts import PageParts

point_parts = PageParts()
