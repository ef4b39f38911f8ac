"""A person's week of learning, over all sources."""

from planning.services.scheduling import ENOUGH, WEEK_SECONDS, Share, Week
from planning.services.telling import tell_weeks
from planning.services.weeks import week_of, weeks_of

__all__ = ["ENOUGH", "WEEK_SECONDS", "Share", "Week", "tell_weeks", "week_of", "weeks_of"]
