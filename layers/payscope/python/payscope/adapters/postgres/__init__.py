"""PostgreSQL: the one source of truth, reached only inside a tenant transaction."""
