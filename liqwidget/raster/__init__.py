"""From a ledger and a viewport to numbers, and from numbers to one byte a pixel."""
