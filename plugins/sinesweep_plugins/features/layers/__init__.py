"""The Keras layers of which the feature extractors are made: no weights, float32, any backend."""
