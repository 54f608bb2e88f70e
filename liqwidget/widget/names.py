"""Names of options and traits: one that is unknown is refused beside those that are near, and all are explained."""

from __future__ import annotations

import difflib
import inspect
from typing import TYPE_CHECKING, Any

import anywidget

from liqwidget.errors import UnknownNameError
from liqwidget.widget.traits import Choice, Flag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from traitlets import HasTraits


def own_traits(kind: type[HasTraits], **metadata: Any) -> dict[str, Any]:
    """Return the traits that a widget has of us, by name, its own first."""
    theirs = set(anywidget.AnyWidget.class_traits())
    own, all_of_them = kind.class_own_traits(**metadata), kind.class_traits(**metadata)
    return own | {name: trait for name, trait in all_of_them.items() if name not in theirs and name not in own}


def shared_names(kind: type[HasTraits]) -> tuple[str, ...]:
    """Return the traits of a widget that a saved page reads, but for those that depend on where it runs."""
    apart = ("_assets", "_frames", "_live")
    return tuple(name for name in own_traits(kind, sync=True) if name not in apart)


def option_names(kind: type[HasTraits]) -> tuple[str, ...]:
    """Return the public traits that a page shares and a reader may set, but for what belongs to the source."""
    apart = ("symbol", "timeframe")
    return tuple(name for name in shared_names(kind) if not name.startswith("_") and name not in apart)


def choice(values: Iterable[str], default: str, meaning: str) -> Any:
    """Return a trait that is one of some values, which its help names."""
    values = tuple(values)
    listed = ", ".join(f"'{value}'" for value in values)
    return Choice(values, default, help=f"{meaning}: {listed}.").tag(sync=True)


def flag(meaning: str, *, on: bool) -> Any:
    """Return a trait that is True or False."""
    return Flag(default_value=on, help=meaning).tag(sync=True)


def checked_options(names: Iterable[str], traits: Iterable[str]) -> None:
    """Refuse options of a heatmap that are no trait that can be set.

    Raises
    ------
    UnknownNameError
        It is a DataError, and names what is near.
    """
    known = sorted(traits)
    unknown = [name for name in names if name not in (*known, "layout")]
    if unknown:
        options = ["source", "timeframe", "live", "prior", *known]
        message = f"Expected options among {', '.join(options)}, was {unknown[0]!r:.60}{near(unknown[0], options)}"
        raise UnknownNameError(message)


def checked_attribute(kind: type[HasTraits], name: str) -> None:
    """Refuse an attribute that a class does not declare, with or without a value.

    Raises
    ------
    UnknownNameError
        It is a DataError and an AttributeError, and names what is near.
    """
    if hasattr(kind, name):
        return
    if not any(name in inspect.get_annotations(part) for part in kind.__mro__):
        traits = [one for one in kind.class_trait_names() if not one.startswith("_")]
        message = f"Expected a trait of a heatmap, was {name!r:.60}{near(name, traits)}"
        if name == "source":
            message = (
                "Expected the source when a heatmap is made, LiqHeatmap(symbol, source=...), was 'source' set later: "
                "own data go on with h.update(market)"
            )
        raise UnknownNameError(f"{message} (a subclass may declare attributes of its own)")


def near(name: str, known: Iterable[str]) -> str:
    """Return words that name what is spelt like a name, or nothing."""
    found = [repr(one) for one in difflib.get_close_matches(name, list(known))]
    return f"; did you mean {' or '.join(found)}?" if found else ""


def documented(traits: Mapping[str, Any]) -> str:
    """Return the section of a docstring that says what public traits mean, from their help."""
    public = {name: trait for name, trait in traits.items() if not name.startswith("_")}
    return "    Attributes\n    ----------\n" + "".join(
        f"    {name}\n        {trait.help}\n" for name, trait in public.items()
    )
