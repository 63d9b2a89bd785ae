"""The cache: what was computed once, kept on disk for all workers and later sweeps, up to a number of bytes."""
