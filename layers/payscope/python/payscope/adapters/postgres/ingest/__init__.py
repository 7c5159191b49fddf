"""Reports and events in PostgreSQL."""
