"""From a clone to a running house, with the standard library alone.

Each step leaves a stamp when it is done; what a stop cut off is done again, and nothing else.
"""
