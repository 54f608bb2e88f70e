"""Where market data come from: the exchanges, the user's own frames, and the embedded simulated market."""
