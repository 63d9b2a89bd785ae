"""One plugin of each kind for Sinesweep."""
