"""The simulated market: agents with known positions on several venues, seeded and reproducible."""
