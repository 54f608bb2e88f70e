"""What to do about it: what a fall would set off, what a position risks. Pure; nothing here is advice."""
