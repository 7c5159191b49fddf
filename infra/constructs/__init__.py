"""One construct each for a function, a queue, a container task and the processing chain."""
