"""How far to believe the estimate: scores, grade, reliability, uncertainty, and what it is compared with."""
