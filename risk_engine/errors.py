"""Named failures. Bad rows are not among them: a bad row is data and ends as a Reject."""


class RiskEngineError(Exception):
    """Base of everything the engine raises on purpose."""


class UsageError(RiskEngineError):
    """A request that cannot be meant, such as an unknown theme; says so in one Chinese sentence."""


class ConfigurationError(RiskEngineError):
    """A theme, rule, parameter or contract in the package is wrong. English, for developers."""
