"""Matching, breaks, settlement proofs and the programmes of the schemes."""
