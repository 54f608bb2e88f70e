"""Positions of public accounts, kept on this machine: a line an account, sealed; a snapshot is a file that is closed.

What is read is added to a draft as it comes, so that reading goes on where it was interrupted. A line that is damaged,
or not ours, is passed over. Addresses stand here and nowhere else; elsewhere an account has a name that is made of its
address and of a secret of this folder, the same in each snapshot.
"""

from __future__ import annotations

import hashlib
import math
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from liqwidget.errors import DataError
from liqwidget.market.store.days import Store
from liqwidget.market.store.files import decoded, encoded, locked, read_plain, write_whole
from liqwidget.market.store.parquet import BrokenFileError
from liqwidget.market.store.sealed_lines import sealed, unsealed
from liqwidget.market.venue.accounts import PUBLIC, Held, checked_addresses, checked_held
from liqwidget.market.venue.answer import UnusableError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LARGEST = 256 * 2**20
"""Bytes of one file."""
MOST_SNAPSHOTS, MOST_BYTES = 1_000, 2**30
"""Of a venue; the oldest go first."""
_SUFFIX, _SECRET, _LIST = ".jsonl", 32, "leaderboard"
_LATEST = 2**62


@dataclass(frozen=True, slots=True)
class Account:
    """What one account held at a time."""

    address: str
    time: int
    """[ns UTC]"""
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """What accounts held when the last of them was read.

    Parameters
    ----------
    time : int
        When [ns UTC].
    accounts : dict of str to Account
        By address.
    markets : dict of str to (float, float)
        Mark price [quote/base] and open interest of one side [base] by coin; NaN where unknown.
    source : str
        How they were chosen, in words.
    failed : int
        How many accounts could not be read.
    damaged : int
        How many lines of the file could not.
    """

    time: int
    accounts: dict[str, Account]
    markets: dict[str, tuple[float, float]]
    source: str
    failed: int = 0
    damaged: int = 0


class AccountFile(NamedTuple):
    """A file of the folder: whose, of when [ns UTC], and whether it is a snapshot, a draft of one, or a list."""

    venue: str
    time: int
    snapshot: bool
    path: Path


def account_files(root: Path, venue: str | None = None) -> list[AccountFile]:
    """Return what is kept of accounts in a store, the oldest first; a draft and a list are of when they were written.

    The secret by which accounts are named is none of them. A folder that leads elsewhere is not looked into.
    """
    folder, found = root / "accounts", []
    if folder.is_symlink() or not folder.is_dir():
        return []
    for path in folder.iterdir():
        name, time = path.name, _time(path)
        whose = decoded(name.rpartition("-")[0]) if name.endswith(_SUFFIX) else PUBLIC[0]
        ours = name.endswith(_SUFFIX) or name.startswith(_LIST)
        with suppress(OSError):
            if ours and venue in {None, whose} and path.is_file() and not path.is_symlink():
                found.append(AccountFile(whose, time if time >= 0 else path.stat().st_mtime_ns, time >= 0, path))
    return sorted(found, key=lambda one: one.time)


class AccountLog:
    """Snapshots of one venue in the store.

    Parameters
    ----------
    venue : str
        Whose accounts.
    store : Store, optional
        Where; the user's by default.
    """

    def __init__(self, venue: str, store: Store | None = None) -> None:
        self.folder = (store or Store()).root / "accounts"
        self.venue = encoded(venue, "a venue", upper=False)

    @property
    def _draft(self) -> Path:
        return self.folder / f"{self.venue}-draft{_SUFFIX}"

    def begun(self) -> dict[str, Account]:
        """Return what was read and is in no snapshot yet, by address; OSError if it cannot be read now."""
        return _read(self._draft)[0]

    def add(self, accounts: Iterable[Account]) -> None:
        """Add what was read to the draft; OSError if it cannot be written."""
        lines = b"".join(sealed(_row(account)) + b"\n" for account in accounts)
        self.make()
        with locked(self.folder):
            handle = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(handle, "ab") as file:
                file.write(b"\n" + lines)  # a line that was cut short before spoils none of these

    def close(self, snapshot: AccountSnapshot) -> None:
        """Keep a snapshot, and end the draft; OSError if it cannot be written."""
        last = {
            "closed": snapshot.time, "source": snapshot.source, "failed": snapshot.failed,
            "markets": {coin: [_known(value) for value in values] for coin, values in snapshot.markets.items()},
        }  # fmt: skip
        content = b"".join(sealed(row) + b"\n" for row in (*map(_row, snapshot.accounts.values()), last))
        self.make()
        path = self.folder / f"{self.venue}-{snapshot.time}{_SUFFIX}"
        with locked(self.folder):
            write_whole(path, content)
            path.chmod(0o600)
            self._draft.unlink(missing_ok=True)
            self._forget_old()

    def snapshots(self, since: int = 0) -> list[AccountSnapshot]:
        """Return the snapshots from a time [ns] on, the oldest first; what is none is passed over."""
        found = (self._snapshot(path) for path in self._paths() if _time(path) >= since)
        return [snapshot for snapshot in found if snapshot is not None]

    def newest(self) -> AccountSnapshot | None:
        """Return the newest snapshot; None if there is none."""
        return next(filter(None, map(self._snapshot, reversed(self._paths()))), None)

    def name(self, address: str) -> str:
        """Return the name of an account, from which nobody without this folder can tell its address.

        OSError if the folder's secret cannot be read or written.
        """
        digest = hashlib.blake2b(address.encode(), key=self._secret(), digest_size=6)
        return f"account {digest.hexdigest()}"

    def _secret(self) -> bytes:
        path = self.folder / "secret"
        for _ in range(2):
            with suppress(FileNotFoundError, BrokenFileError):
                found = read_plain(path, _SECRET)
                if len(found) == _SECRET:
                    return found
            self.make()
            with locked(self.folder):
                if not path.exists() or path.stat().st_size != _SECRET:
                    write_whole(path, secrets.token_bytes(_SECRET))
                    path.chmod(0o600)
        raise OSError("no secret")

    def make(self) -> None:
        """Make the folder, for this user alone; OSError if that cannot be done."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):
            self.folder.chmod(0o700)

    def _paths(self) -> list[Path]:
        found = [path for path in self.folder.glob(f"{self.venue}-*{_SUFFIX}") if _time(path) >= 0]
        return sorted(found, key=_time)

    def _snapshot(self, path: Path) -> AccountSnapshot | None:
        try:
            accounts, last, damaged = _read(path)
        except OSError:
            return None
        if last.get("closed") != _time(path):
            return None
        accounts = {address: one for address, one in accounts.items() if one.time <= last["closed"]}
        markets = {coin: (_number(mark), _number(interest)) for coin, (mark, interest) in last["markets"].items()}
        return AccountSnapshot(last["closed"], accounts, markets, last["source"], last["failed"], damaged)

    def _forget_old(self) -> None:
        size = 0
        for count, path in enumerate(reversed(self._paths())):
            with suppress(OSError):
                size += path.stat().st_size
                if count and (count >= MOST_SNAPSHOTS or size > MOST_BYTES):
                    path.unlink()


def _read(path: Path) -> tuple[dict[str, Account], dict[str, Any], int]:
    """Return the accounts of a file, its last row, and how many lines could not be read."""
    try:
        lines = read_plain(path, LARGEST).split(b"\n")
    except (FileNotFoundError, BrokenFileError):
        return {}, {}, 0
    accounts, last, damaged = {}, {}, 0
    for line in filter(None, lines):
        row = unsealed(line) or {}
        if "closed" in row:
            last = row
        elif (account := _account(row)) is not None:
            accounts[account.address] = account
        else:
            damaged += 1
    return accounts, last, damaged


def _account(row: dict[str, Any]) -> Account | None:
    try:
        (address,) = checked_addresses([row["account"]])
        held = checked_held(Held(str(coin), *(_number(value) for value in values)) for coin, *values in row["held"])
        return Account(address, row["time"], held) if 0 < row["time"] < _LATEST else None
    except (DataError, UnusableError, KeyError, TypeError, ValueError):
        return None


def _row(account: Account) -> dict[str, Any]:
    held = [[one.coin, *(_known(value) for value in one[1:])] for one in account.held]
    return {"account": account.address, "time": account.time, "held": held}


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _time(path: Path) -> int:
    """Return the time [ns] in a snapshot's name; -1 if it is no snapshot."""
    digits = path.name.removesuffix(_SUFFIX).rpartition("-")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 19 else -1  # noqa: PLR2004
