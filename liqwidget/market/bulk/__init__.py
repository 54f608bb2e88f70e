"""Files in bulk: the venues' public daily and monthly ones, and those that the analyst has."""
