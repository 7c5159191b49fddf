"""From a file in the inbox to facts: guard, parse, map, load, check, publish."""
