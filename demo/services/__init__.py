"""Loading the demonstration, and letting it go on from day to day."""

from demo.services.errors import (
    ContentMissing,
    DemoRefused,
    NoDemonstration,
    OtherDemonstration,
)
from demo.services.loading import bring_up_to_date, demo_folder, load_demo

__all__ = [
    "ContentMissing",
    "DemoRefused",
    "NoDemonstration",
    "OtherDemonstration",
    "bring_up_to_date",
    "demo_folder",
    "load_demo",
]
