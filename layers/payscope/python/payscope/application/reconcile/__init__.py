"""What belongs together, what does not, and what a day settles to."""
