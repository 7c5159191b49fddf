"""The governed metrics, one module per family; a changed definition is a new version."""
