"""Expected failures of the demonstration; each message is a sentence for the reader."""


class DemoRefused(Exception):
    """The demonstration cannot be loaded or played here."""


class NoDemonstration(DemoRefused):
    """This installation is no demonstration."""


class ContentMissing(DemoRefused):
    """What the people and warnings refer to has not been loaded."""


class OtherDemonstration(DemoRefused):
    """Another demonstration has been loaded."""
