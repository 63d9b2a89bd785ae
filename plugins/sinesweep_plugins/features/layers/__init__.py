"""The Keras layers of which the feature extractors are made: float32, any backend, no weights but where asked."""
