"""The stacks, in the order of their dependencies."""
