"""Dated facts of schemes and sources, as data files with where each comes from."""
