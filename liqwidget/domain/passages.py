"""What every so many rows of a venue's ledger leave, so that pictures of long times need not take each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PASSAGE_ROWS = 64
"""Rows in a passage, counted from the first row of a ledger."""


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """Passages of so many rows each, of as many rows as fill whole ones.

    Parameters
    ----------
    passed : ndarray of int64, shape (m, 7)
        Cells touched, kept and entered, and where a passage's amounts begin; see `kernels.passages`.
    kept : ndarray of float64, shape (n,)
        The amounts [base].
    length : int
        Rows in a passage.
    """

    passed: npt.NDArray[np.int64]
    kept: npt.NDArray[np.float64]
    length: int

    @classmethod
    def none(cls) -> Passages:
        """Return the passages of no rows."""
        return cls(np.empty((0, 7), np.int64), np.empty(0), PASSAGE_ROWS)

    @property
    def rows(self) -> int:
        """Rows from the first one that are in a passage."""
        return len(self.passed) * self.length

    def followed_by(self, passed: npt.NDArray[np.int64], kept: npt.NDArray[np.float64]) -> Passages:
        """Return these and later ones."""
        both = passed, kept
        if len(self.passed):
            moved = passed.copy()
            moved[:, -1] += len(self.kept)
            both = np.concatenate([self.passed, moved]), np.concatenate([self.kept, kept])
        for array in both:
            array.flags.writeable = False
        return Passages(*both, self.length)
