"""What performance is claimed by: ``make bench`` prints the tables and writes JSON.

Absolute seconds depend on the machine and on what else it does: quote ratios within one run.
"""
