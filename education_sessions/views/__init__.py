"""Pages of sessions: planning, the session itself, signing in, calendars."""
