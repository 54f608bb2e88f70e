"""Loops over time: the live feed."""
