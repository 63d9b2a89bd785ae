"""Readers: from folders and tables to clips."""
