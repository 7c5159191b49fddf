"""YAML: the profiles that come with the package."""
