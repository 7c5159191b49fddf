"""A synthetic payment world: banks, merchants, cards and every report that a bank would receive."""
