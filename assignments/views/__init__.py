"""Pages of duties: for who learns, for the branch, for who trains."""
