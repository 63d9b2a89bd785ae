"""Training: one trial, from its configuration to its result."""
