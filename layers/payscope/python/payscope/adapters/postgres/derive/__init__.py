"""What the graph and the search index are made from."""
