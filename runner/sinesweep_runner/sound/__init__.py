"""Sound: from files to waveforms that every worker shares, and what is wrong with them."""
