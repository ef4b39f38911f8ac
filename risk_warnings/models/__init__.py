"""Warnings that data of the business systems gave rise to, and the work orders that look into them.

Stores deliveries and runs, findings with their frozen evidence, warnings, decisions of triage,
explanations, work orders with every step, verifications and restricted interviews. Stores no
learning task: that is in ``assignments``. A warning is a clue, never a verdict.
个人信息：接收人、数据指向的人、证据中的姓名和工号、说明与约谈内容。
"""

from risk_warnings.models.attachments import Attachment
from risk_warnings.models.orders import (
    Extension,
    Interview,
    Objection,
    OrderStep,
    Rectification,
    Verification,
    WorkOrder,
)
from risk_warnings.models.sources import (
    DataSource,
    FindingVersion,
    RowError,
    RuleRun,
    SourceBatch,
    StoredFinding,
)
from risk_warnings.models.statuses import (
    ADVERSE_CONCLUSIONS,
    CLEARING_CONCLUSIONS,
    OPEN_ORDER_STATUSES,
    OPEN_WARNING_STATUSES,
    Conclusion,
    FindingChange,
    Level,
    OrderStatus,
    RunStatus,
    TipTime,
    TriageAction,
    WarningStatus,
)
from risk_warnings.models.warnings import (
    Counter,
    DismissalReason,
    Explanation,
    OpinionRequest,
    Reassignment,
    ReplyChoice,
    RiskWarning,
    Triage,
    WhitelistEntry,
)

__all__ = [
    "ADVERSE_CONCLUSIONS",
    "CLEARING_CONCLUSIONS",
    "OPEN_ORDER_STATUSES",
    "OPEN_WARNING_STATUSES",
    "Attachment",
    "Conclusion",
    "Counter",
    "DataSource",
    "DismissalReason",
    "Explanation",
    "Extension",
    "FindingChange",
    "FindingVersion",
    "Interview",
    "Level",
    "Objection",
    "OpinionRequest",
    "OrderStatus",
    "OrderStep",
    "Reassignment",
    "Rectification",
    "ReplyChoice",
    "RiskWarning",
    "RowError",
    "RuleRun",
    "RunStatus",
    "SourceBatch",
    "StoredFinding",
    "TipTime",
    "Triage",
    "TriageAction",
    "Verification",
    "WarningStatus",
    "WhitelistEntry",
    "WorkOrder",
]
