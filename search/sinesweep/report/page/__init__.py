"""The parts of the HTML page: its first screen, its table of trials, what is told of one trial, and its own code."""
