"""The commands of the command line, by what a person wants: sweep, look, use. Heavy things are imported inside."""
