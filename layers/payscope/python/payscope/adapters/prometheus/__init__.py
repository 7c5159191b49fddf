"""The Prometheus text format."""
