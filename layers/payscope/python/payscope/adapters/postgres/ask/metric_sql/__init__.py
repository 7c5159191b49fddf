"""Slices of the catalogue as SQL, by clause."""
