"""``make demo``: the main job end to end, each answer held against its truth."""
