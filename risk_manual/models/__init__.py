"""The manual of small powers: who holds which power, what may go wrong, and what prevents it.

Stores the points as pages that editors work on, the texts as they were in force (editions and
controls, to which evidence points), the laws and rules they rest on, and the company-wide register.
Stores nothing about persons: a point names positions.
"""

from risk_manual.models.basis import Citation, LegalArticle, LegalBasis, Verification
from risk_manual.models.editions import (
    Control,
    ControlOrigin,
    ManualEdition,
    RiskPointEdition,
)
from risk_manual.models.pages import (
    ManualIndexPage,
    MonitoringKind,
    PointCitation,
    PointControl,
    RiskAreaPage,
    RiskLevel,
    RiskPointPage,
)
from risk_manual.models.register import RegisterMapping, RegisterPoint, RegisterRelation

__all__ = [
    "Citation",
    "Control",
    "ControlOrigin",
    "LegalArticle",
    "LegalBasis",
    "ManualEdition",
    "ManualIndexPage",
    "MonitoringKind",
    "PointCitation",
    "PointControl",
    "RegisterMapping",
    "RegisterPoint",
    "RegisterRelation",
    "RiskAreaPage",
    "RiskLevel",
    "RiskPointEdition",
    "RiskPointPage",
    "Verification",
]
