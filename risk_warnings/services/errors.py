"""What may go wrong on purpose; each message is one whole Chinese sentence for the reader."""

from risk_warnings.transitions import TransitionRefused


class RiskWarningError(Exception):
    """Base of the refusals of this app that are no question of state or person."""


class OutdatedBatch(RiskWarningError):
    """A delivery is older than what has been stored."""


class OpinionTooShort(RiskWarningError):
    """A decision was not explained."""


class StillSealed(RiskWarningError):
    """Something would tell the station of a sealed warning."""


class AlreadyTold(RiskWarningError):
    """A warning cannot be sealed any more: its receiver knows."""


class NobodyToAsk(RiskWarningError):
    """There is no receiver who could be told."""


class WrongTarget(RiskWarningError):
    """A warning cannot be merged into this."""


class TooLateToUndo(RiskWarningError):
    """The seconds to take a decision back are over, or it was somebody else's."""


class ChangedMeanwhile(RiskWarningError):
    """Somebody else changed the row after the page was opened."""


class NotYours(RiskWarningError):
    """The person is not asked, and cannot answer."""


class ReplyNotPossible(RiskWarningError):
    """An explanation is empty, or nothing waits for one."""


class VerifierRefused(RiskWarningError):
    """The two verifiers are not two, or one of them has to stand aside."""


class FeedbackIncomplete(RiskWarningError):
    """A verification or the answer is still missing."""


class ConclusionRefused(RiskWarningError):
    """A conclusion does not fit, or a learner or a rectifier is missing."""


class ObjectionRefused(RiskWarningError):
    """An objection comes too late, or does not fit."""


class InterviewRefused(RiskWarningError):
    """An interview lacks a second officer, or the person is not part of the order."""


class AttachmentRefused(RiskWarningError):
    """A file is of a wrong type, too large or damaged."""


class NothingToDecide(RiskWarningError):
    """What was to be decided has been decided already."""


REFUSALS = (RiskWarningError, TransitionRefused)
