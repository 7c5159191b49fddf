"""Matches, breaks, proofs and programme counts in PostgreSQL."""
