"""What stands at a price and time as a function of the ledger: density, evaluation, measures, kernels, their oracle."""
