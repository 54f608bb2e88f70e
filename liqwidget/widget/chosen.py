"""What follows from what is chosen: a box or clusters become `selection`, and a line on the page; the newest wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liqwidget.study.selection import Selection

NAMES = ("_selection", "_selected", "selected_clusters", "selection")
"""Traits whose change is followed."""


def follow(self: Any, change: Any) -> None:
    """Set what follows from a trait of `NAMES`; clusters that are chosen after a box take its place."""
    name, new = change["name"], change["new"]
    if name == "selection":
        self._share({"_chosen": chosen_state(new)})
        return
    self._share(self._selecting.followed(name, new, self._selected))
    if name != "selected_clusters":
        return
    before = {cluster.id for cluster in change["old"] or ()}
    if self._selection is None:
        self._share({"selection": self._selecting.of_clusters(self._selected)})
    elif {cluster.id for cluster in new} - before:
        self._share({"_selection": None})


def renew(self: Any) -> None:
    """Bring what is chosen up to date when something else is shown."""
    known = list(self._selected)
    self._share(self._selecting.renewed(self._selection, known))
    if self._selection is None and known and self._selected == known:
        self._share({"selection": self._selecting.of_clusters(known)})


def chosen_state(selection: Selection | None) -> dict[str, Any] | None:
    """Return what the page says of a selection: longs and shorts [quote], how many clusters, whether it is a box."""
    if selection is None:
        return None
    return {
        "long": selection.long_size,
        "short": selection.short_size,
        "clusters": len(selection.clusters),
        "box": not selection.chosen,
    }
