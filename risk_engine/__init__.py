"""智廉风险预警引擎: SQL rules over extracts of business systems, usable by any Python program.

>>> result = risk_engine.run(extracts=Path("extracts"), as_of=date(2026, 3, 31))
>>> [finding.explanation for finding in result.findings]

The engine knows nothing of the platform around it. Same input, same bytes out.
"""

from .calendar import WorkCalendar
from .catalogue import (
    Basis,
    Choice,
    Exclusion,
    Grading,
    Measure,
    Parameter,
    ParameterValue,
    Receiver,
    Rule,
    Source,
    Texts,
    Theme,
    Tip,
)
from .contracts import Column, System, Table, systems
from .engine import run, theme, themes
from .errors import ConfigurationError, RiskEngineError, UsageError
from .findings import fingerprint
from .results import (
    Batch,
    BatchRef,
    Check,
    Evidence,
    Finding,
    GateReport,
    Inconclusive,
    Reject,
    RunResult,
    ThemeResult,
)
from .whitelist import WhitelistEntry

__all__ = [
    "Basis",
    "Batch",
    "BatchRef",
    "Check",
    "Choice",
    "Column",
    "ConfigurationError",
    "Evidence",
    "Exclusion",
    "Finding",
    "GateReport",
    "Grading",
    "Inconclusive",
    "Measure",
    "Parameter",
    "ParameterValue",
    "Receiver",
    "Reject",
    "RiskEngineError",
    "Rule",
    "RunResult",
    "Source",
    "System",
    "Table",
    "Texts",
    "Theme",
    "ThemeResult",
    "Tip",
    "UsageError",
    "WhitelistEntry",
    "WorkCalendar",
    "fingerprint",
    "run",
    "systems",
    "theme",
    "themes",
]
