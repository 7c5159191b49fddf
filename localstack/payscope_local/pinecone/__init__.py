"""A vector service that speaks Pinecone's REST API, on PostgreSQL with pgvector."""
