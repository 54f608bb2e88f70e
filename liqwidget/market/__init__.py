"""Where market data come from: the venues, the store, the user's own frames, and the simulated market."""
