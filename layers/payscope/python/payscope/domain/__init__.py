"""What payments mean: plain values and functions, without drivers, clocks or environment."""
