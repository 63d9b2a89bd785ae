"""Exports: the winner as one file for another runtime, which is run before it is handed over."""
