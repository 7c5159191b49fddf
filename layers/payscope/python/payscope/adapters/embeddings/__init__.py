"""Embedding models behind one port: a static one that needs no network, and Bedrock's."""
