"""The grammar as data: words with a fixed meaning, by what they are about."""
