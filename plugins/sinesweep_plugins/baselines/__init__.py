"""Baselines: the cheap classical models that every search has to beat."""
