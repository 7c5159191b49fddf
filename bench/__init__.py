"""Benchmarks: ratios taken in one run, because the machine's speed is nobody's promise."""
