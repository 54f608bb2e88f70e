"""The nouns: time, side, lattice, leverage groups, margin, market data, ledger, levels, viewport."""
