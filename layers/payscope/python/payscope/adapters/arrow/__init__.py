"""Arrow: columns of text guarded, mapped and carried between the steps."""
