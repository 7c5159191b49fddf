"""Pinecone: one namespace per bank, through the official client."""
