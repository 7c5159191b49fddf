"""Reports: formats, layouts, profiles, mappings, and the account of their rows."""
