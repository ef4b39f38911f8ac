"""Pages of warnings and orders: fetch through ``visible_to``, bind a form, make one call."""
