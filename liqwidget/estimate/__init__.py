"""From market data to the ledger: acceptance of open interest, survival, the forward pass over books."""
