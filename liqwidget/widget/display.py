"""What a heatmap displays: a session, its settings and what is said of the source become the traits a page reads."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import MILLISECOND
from liqwidget.widget.clusters import cluster_states
from liqwidget.widget.freshness import feeds, stale_sentence

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import RLock

    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.status import About
    from liqwidget.study.clusters import Cluster
    from liqwidget.widget.session import Session, Settings

    Traits = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown at one moment: who answers for it, what was chosen, and the clusters that stand at its end."""

    session: Session
    settings: Settings
    clusters: tuple[Cluster, ...]
    step: bool = False
    """Of a replay that goes on: what the page holds of the window, and of all that stands, is older."""

    @property
    def ledger(self) -> Ledger:
        """The ledger that everything shown is a function of."""
        return self.session.ledger

    @property
    def end(self) -> int:
        """The last close shown [ns]."""
        return self.session.end(self.settings)

    @property
    def window(self) -> tuple[int, int]:
        """The window's range of time [ns]."""
        return self.session.window(self.settings)


class Display:
    """Holds what is shown, and shares it with the page: all of it, or the little that moves with each update.

    Parameters
    ----------
    session : Session
        Answers for the ledger shown.
    settings : callable
        Returns the settings as they are.
    about : callable
        Returns what is said of the source.
    share : callable
        Takes traits by name and sends them in one go.
    lock : RLock
        Held while any of it changes.
    """

    def __init__(
        self,
        session: Session,
        settings: Callable[[], Settings],
        about: Callable[[], About],
        share: Callable[[Traits], None],
        lock: RLock,
    ) -> None:
        self._session, self._settings, self._about, self._share, self._lock = session, settings, about, share, lock
        self._clusters: tuple[Cluster, ...] = ()
        self._pictured = 0
        self._wholes = 0
        self._number = 0
        self._live = self._behind = False

    @property
    def session(self) -> Session:
        """Who answers for the ledger shown."""
        return self._session

    @property
    def behind(self) -> bool:
        """Whether the pictures of the window and what stands are those of an earlier step of a replay."""
        return self._behind

    @property
    def shown(self) -> Shown:
        """What is shown now."""
        return Shown(self._session, self._settings(), self._clusters, self._behind)

    def take(self, session: Session, *, live: bool = False) -> None:
        """Let everything that is asked be answered by another session from now on; `live`: data go on coming."""
        with self._lock:
            self._session = session
            self._live |= live

    def whole(self, *, step: bool = False) -> None:
        """Compute and share all that the settings show.

        `step`: of a replay that goes on; the pictures of the window and all that stands stay behind until something
        else is set: a page asks for its own picture anyway, which brings what stands in its prices.
        """
        with self._lock:
            self._pictured, self._wholes = self._session.closed, self._wholes + 1
            clusters, traits = self._computed(self._session, self._settings(), frames=not step)
            self._behind = step
            if step:
                del traits["_standing"]
                traits["_market"]["step"] = True
            self._shared(clusters, traits | ({"_live": self._state()} if self._live else {}))

    def calmly(self) -> bool | None:
        """Make anew what costs more, and let other questions be answered meanwhile.

        Returns
        -------
        bool or None
            Whether a candle has closed; None where all stays as it is: in replay, or as something else is shown by now.
        """
        with self._lock:
            session, settings, before, wholes = self._session, self._settings(), self._pictured, self._wholes
        if settings.as_of is not None:
            return None
        closed = session.closed != before
        computed = self._computed(session, settings, frames=closed)
        with self._lock:
            # Another setting, or what is said of the source, has been shown by whoever set it.
            if wholes != self._wholes or settings != self._settings() or session is not self._session:
                return None
            self._shared(*computed)
            self._pictured = session.closed
        return closed

    def newest(self, number: int) -> None:
        """Share what moves with every update, as message `number`."""
        with self._lock:
            self._number = number
            self._share({"_live": self._state()})

    def _shared(self, clusters: tuple[Cluster, ...], traits: Traits) -> None:
        self._clusters = clusters
        self._share(traits)

    def _computed(
        self, session: Session, settings: Settings, *, frames: bool = True
    ) -> tuple[tuple[Cluster, ...], Traits]:
        """Return the clusters and traits of what settings show; `frames`: the picture of the whole window too."""
        clusters, about = session.clusters(settings), self._about()
        entries = self._feeds(session, about)
        market = session.market(settings)
        graded = None if about.simulated else market["grade"]["sentence"]
        notice = "\n".join(filter(None, (about.notice, graded))) or None
        market |= {
            "label": about.label,
            "simulated": about.simulated,
            "arguments": about.arguments,
            "feeds": entries,
            "stale": stale_sentence(entries, _now(), live=self._live),
            "notice": notice,
            "timeframes": list(about.timeframes),
            "reading": about.reading or None,
            "coins": list(about.coins),
            "held": about.held or None,
        }
        traits = {
            "_market": market,
            "_standing": session.standing(settings),
            "_clusters": cluster_states(session, settings, clusters),
        }
        return clusters, traits | ({"_frames": [session.base_frame(settings).packed_state()]} if frames else {})

    def _feeds(self, session: Session, about: About) -> list[dict[str, Any]]:
        return feeds(session.ledger, about.status, simulated=about.simulated, live=self._live)

    def _state(self) -> dict[str, Any]:
        """Return what the front end shows of the newest data; of a past time only how fresh the data are."""
        settings = self._settings()
        state = {"number": self._number, "now": _now(), "feeds": self._feeds(self._session, self._about())}
        return state | (self._session.newest(settings) if settings.as_of is None else {})


def _now() -> float:
    """Return the present [ms UTC]."""
    return time.time_ns() / MILLISECOND
