"""Stores that are derived from the facts and can be built anew: graph, search, roll-ups."""
