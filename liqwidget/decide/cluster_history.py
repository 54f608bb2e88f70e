"""The history of clusters: what became of each, from its birth to its end, event by event."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.decide.lives import CHANGE, NEAR, ClusterEvent, Tracker
from liqwidget.decide.looks import looks, parsed_step
from liqwidget.domain.amount import money, plain_price
from liqwidget.domain.overlay import PriceBand
from liqwidget.domain.quotation import DOLLAR
from liqwidget.domain.time import HOUR, duration_text, time_index, time_ns, timestamp
from liqwidget.errors import DataError
from liqwidget.study.clusters import WIDEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.decide.lives import Living
    from liqwidget.decide.looks import Seen
    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.side import Side

STEP = HOUR
"""How often clusters are looked for unless told otherwise [ns]."""

_SHOWN = 12
"""Events that are shown in a notebook."""


@dataclass(frozen=True, slots=True)
class ClusterLife:
    """One cluster from its birth to its end.

    Parameters
    ----------
    id : str
        The same through its life: side and peak cell at its birth, '#2' for another one that is born there later.
    cluster : str
        Its id as a `Cluster` at the last look that saw it.
    side : Side
        Of the positions that would be liquidated.
    born : int
        The first look that saw it; of one that stood already when the data begin, that time [ns].
    ended : int or None
        When it ended [ns]; None while it stands.
    end : str
        'swept', 'unwound' or 'dissolved'; '' while it stands.
    age : Timedelta
        From its birth to its end, or to the last look.
    persistence : float
        Share of the looks in that time that saw it.
    price_low, price_high : float
        Its last range [quote/base].
    size, largest : float
        What stood in it at last, and the most that ever did [quote].

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> lives = liqwidget.cluster_history(ledger).lives
    >>> sorted({life.end for life in lives})
    ['', 'dissolved', 'swept']
    """

    id: str
    cluster: str
    side: Side
    born: int
    ended: int | None
    end: str
    age: pd.Timedelta
    persistence: float
    price_low: float
    price_high: float
    size: float
    largest: float


@dataclass(frozen=True, slots=True, eq=False)
class ClusterHistory:
    """What became of clusters.

    Parameters
    ----------
    events : tuple of ClusterEvent
        The earliest first.
    lives : tuple of ClusterLife
        One per cluster, the earliest born first.
    step : int
        Time from look to look [ns].
    until : int
        The last look [ns]; 0 where there was none.
    quote : str
        The currency of amounts; 'rel.' where they are no money, as open interest is unknown.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> history = liqwidget.cluster_history(ledger)
    >>> history.to_frame()["event"].value_counts().head(4).to_dict()
    {'moved': 30, 'grown': 27, 'born': 17, 'swept in part': 15}
    """

    events: tuple[ClusterEvent, ...] = field(repr=False)
    lives: tuple[ClusterLife, ...] = field(repr=False)
    step: int
    until: int
    quote: str = field(default=DOLLAR, repr=False)
    _paths: dict[str, tuple[tuple[int, Seen], ...]] = field(default_factory=dict, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per event, the earliest first.

        Returns
        -------
        DataFrame
            time (UTC: the look at which it is known); id; event, one of `liqwidget.decide.lives.WHATS`; side ('long' /
            'short'); price_low, price_high [quote/base]; amount: what stands, or what was swept, or what is left
            [quote]; before: what was told last [quote]; price: the last close then [quote/base].
        """
        rows = [
            (one.id, one.what, one.side.label, one.price_low, one.price_high, one.amount, one.before, one.price)
            for one in self.events
        ]
        names = ["id", "event", "side", "price_low", "price_high", "amount", "before", "price"]
        frame = pd.DataFrame(rows, columns=names)
        frame.insert(0, "time", _index(one.time for one in self.events))
        return frame

    def lives_frame(self) -> pd.DataFrame:
        """Return one row per cluster, indexed by id: the attributes of `ClusterLife`, times in UTC, NaT for no end."""
        names = [name for name in ClusterLife.__dataclass_fields__ if name != "id"]
        rows = [[getattr(one, name) for name in names] for one in self.lives]
        frame = pd.DataFrame(rows, columns=names, index=pd.Index([one.id for one in self.lives], name="id"))
        frame["side"] = [one.side.label for one in self.lives]
        frame["born"] = _index(one.born for one in self.lives)
        frame["ended"] = [pd.NaT if one.ended is None else timestamp(one.ended) for one in self.lives]
        return frame

    def life(self, id: str) -> ClusterLife:  # noqa: A002 - as a cluster's own
        """Return the life of a cluster, by its id or by that which a `Cluster` has now.

        Raises
        ------
        DataError
            If there is none.
        """
        for found in (
            [one for one in self.lives if one.ended is None and one.cluster == id],
            [one for one in self.lives if one.id == id],
            [one for one in self.lives if any(seen.id == id for _, seen in self._paths[one.id])],
            [one for one in self.lives if one.ended is None and _holds(self._paths[one.id][-1][1], id)],
        ):
            if found:
                return found[-1]
        standing = ", ".join(one.id for one in self.lives if one.ended is None)
        message = f"Expected the id of a cluster of this history, was {id!r:.60}; standing: {standing or 'none'}"
        raise DataError(message)

    def of(self, id: str) -> ClusterHistory:  # noqa: A002
        """Return the history of one cluster alone: see `life`."""
        one = self.life(id)
        events = tuple(event for event in self.events if event.id == one.id)
        return ClusterHistory(events, (one,), self.step, self.until, self.quote, {one.id: self._paths[one.id]})

    def band(self, id: str) -> pd.DataFrame:  # noqa: A002
        """Return where a cluster stood, look by look: see `life`.

        Returns
        -------
        DataFrame
            Indexed by time (UTC): price_low, price_high, peak_price [quote/base], amount [quote]. Looks that did not
            see it are left out.
        """
        path = self._paths[self.life(id).id]
        rows = [(seen.price_low, seen.price_high, seen.peak_price, seen.size) for _, seen in path]
        index = _index(time for time, _ in path)
        return pd.DataFrame(rows, columns=["price_low", "price_high", "peak_price", "amount"], index=index)

    def overlays(self) -> tuple[PriceBand, ...]:
        """Return where the clusters stood, a band each stretch: of one cluster ``h.cluster_history(id).overlays()``."""
        found: list[PriceBand] = []
        for one in self.lives:
            stretches: list[tuple[int, int, float, float]] = []
            for time, seen in self._paths[one.id]:
                low, high, end = seen.price_low, seen.price_high, time + self.step
                same = bool(stretches) and stretches[-1][1:] == (time, low, high)
                stretches.append((stretches.pop()[0] if same else time, end, low, high))
            labels = [""] * (len(stretches) - 1) + [one.id]
            found += [
                PriceBand(low, high, label, start, end, "cluster")
                for (start, end, low, high), label in zip(stretches, labels, strict=True)
            ]
        return tuple(found)

    def __repr__(self) -> str:
        """Return how much there is of it."""
        standing = sum(one.ended is None for one in self.lives)
        return (
            f"ClusterHistory({len(self.events)} events of {len(self.lives)} clusters, {standing} standing, "
            f"looked at every {duration_text(self.step)})"
        )

    def _repr_html_(self) -> str:
        """Return the sentence, and the newest events."""
        frame = self.to_frame().tail(_SHOWN)
        for name in ("amount", "before"):
            frame[name] = frame[name].map(partial(money, quote=self.quote))
        for name in ("price_low", "price_high", "price"):
            frame[name] = frame[name].map(plain_price)
        frame["time"] = frame["time"].dt.strftime("%Y-%m-%d %H:%M")
        return (
            f'<div class="mathjax_ignore"><p>{escape(repr(self))}</p>{frame.to_html(index=False)}'
            "<p>Estimates. The newest events; to_frame() has all.</p></div>"
        )


def cluster_history(
    ledger: Ledger,
    id: str | None = None,  # noqa: A002 - as a cluster's own
    *,
    since: Any = None,
    at: Any = None,
    step: str | None = None,
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
    sensitivity: float = 0.5,
    width: float = WIDEST,
    change: float = CHANGE,
    near: float = NEAR,
) -> ClusterHistory:
    """Return what became of clusters: born, grown, shrunk, moved, approached, swept, unwound, dissolved, come back.

    Clusters are looked for at whole steps of time. What is told of one counts candles alone that had closed by then.
    A month of 5-minute candles on three venues takes about a second at a step of an hour.

    Parameters
    ----------
    ledger : Ledger
        With heat, as `liqwidget.estimate` makes it.
    id : str, optional
        One cluster alone: that of a `Cluster` that stands, or of a history.
    since, at : time, optional
        From when, and as of when; None: from the first close to the last.
    step : str, optional
        How often clusters are looked for, at least a candle; '1h' or a candle, whichever is longer, by default.
    leverage, venues, sensitivity, width
        As in `liqwidget.find_clusters`.
    change : float
        By which share an amount must differ from the one told last, to be told.
    near : float
        Within which share of its near edge price has approached a cluster.

    Returns
    -------
    ClusterHistory

    Raises
    ------
    DataError
        If an option cannot be used, or there is no such cluster.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> history = liqwidget.cluster_history(ledger, since="2026-01-30")
    >>> history.lives_frame()["side"].unique().tolist()
    ['long', 'short']
    """
    chosen = ledger.only(venues)
    length = parsed_step(step, STEP, chosen)
    tracker = Tracker(_share("change", change, 1.0), _share("near", near, 0.2))
    options: dict[str, Any] = {"leverage": leverage, "sensitivity": sensitivity, "width": width}
    begin = None if since is None else time_ns(since, "since", any_year=True) - 1
    events: list[ClusterEvent] = []
    paths: dict[str, list[tuple[int, Seen]]] = {}
    ended: dict[str, Living] = {}
    last = 0
    for look in looks(chosen, length, after=begin, until=None if at is None else chosen.instant(at), **options):
        events += tracker.step(look)
        last = look.time
        for one in tracker.living:
            paths.setdefault(one.id, []).append((look.time, one.seen))
        ended.update((one.id, one) for one in tracker.gone)
    found = {**ended, **{one.id: one for one in tracker.living}}
    lives = tuple(_life(found[name], path, length, last) for name, path in paths.items())
    made = ClusterHistory(
        tuple(events), lives, length, last, chosen.unit, {name: tuple(path) for name, path in paths.items()}
    )
    return made if id is None else made.of(id)


def _life(one: Living, path: list[tuple[int, Seen]], step: int, last: int) -> ClusterLife:
    end = one.ended or last
    return ClusterLife(
        id=one.id,
        cluster=one.seen.id,
        side=one.seen.side,
        born=one.born,
        ended=one.ended or None,
        end=one.end,
        age=pd.Timedelta(end - one.born, unit="ns"),
        persistence=len(path) / ((end - one.born) // step + (one.ended == 0)),
        price_low=one.seen.price_low,
        price_high=one.seen.price_high,
        size=one.seen.size,
        largest=max(seen.size for _, seen in path),
    )


def _index(times: Iterable[int]) -> pd.DatetimeIndex:
    return time_index(np.array(list(times), np.int64))


def _holds(seen: Seen, id: str) -> bool:  # noqa: A002
    """Return whether the peak that an id names lies in a cluster, on its side."""
    side, _, cell = id.partition("-")
    return side == seen.side.label and cell.lstrip("-").isdecimal() and seen.low <= int(cell) < seen.stop


def _share(name: str, value: object, most: float) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < most:
        return float(value)
    message = f"Expected {name} as a fraction above 0 and below {most:g} (0.25 is a quarter), was {value!r:.40}"
    raise DataError(message)
