"""Ports that several use cases share."""
