"""The risk task's models: a graph network on causal neighbours, and LightGBM on the same transactions."""
