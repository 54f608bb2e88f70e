"""What a ledger says: levels, clusters, profile and selections."""
