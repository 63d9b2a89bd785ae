"""Augmentations: random changes of training examples, drawn anew for every clip of every batch."""
