"""Neo4j over Bolt: payments and the parties around them, derived from PostgreSQL."""
