"""What a reader asks of a ledger: levels, clusters, profile, selections, and where they come from."""
