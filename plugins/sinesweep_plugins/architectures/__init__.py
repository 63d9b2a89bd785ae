"""Architectures: families of networks, from features to logits."""
