"""Valkey: numbers that concurrent processes share."""
