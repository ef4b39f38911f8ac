"""Named failures. Bad rows are not among them: a bad row is data and ends as a Reject."""


class RiskEngineError(Exception):
    """Base of everything the engine raises on purpose."""


class UsageError(RiskEngineError):
    """A request that cannot be meant: an unknown theme, a date that is none. One Chinese sentence."""


class ConfigurationError(RiskEngineError):
    """A theme, rule, parameter or contract in the package is wrong. English, for developers."""
