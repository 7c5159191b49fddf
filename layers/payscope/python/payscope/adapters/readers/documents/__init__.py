"""Documents as they are printed: words with places on pages, and the tables that they stand in."""
