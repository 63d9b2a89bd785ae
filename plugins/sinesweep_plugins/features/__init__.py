"""Feature extractors: from waveforms to what a network sees."""
