"""Pages of the case library: search, a case, its check, lectures from it, the review."""
