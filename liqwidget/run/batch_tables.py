"""The tables that `batch` writes: clusters and profiles off looks, as Parquet that is the same bytes each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.domain.lattice import price_cell_edge
from liqwidget.domain.time import DAY, time_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.decide.looks import Look

PROFILE_CELLS = 5
"""Price cells in a range of a profile: half a percent."""

CLUSTERS = ("time", "id", "side", "price_low", "price_high", "peak_price", "size", "heat", "price")
PROFILES = ("time", "price_low", "price_high", "long", "short", "price")
TOTALS = ("time", "long", "short")


def clusters_table(looks: Sequence[Look]) -> pd.DataFrame:
    """Return one row per look and cluster.

    time (UTC), id, side ('long' / 'short'), price_low, price_high, peak_price [quote/base], size [quote], heat (0 to
    100), price: the last close then.
    """
    rows = [
        (
            look.time,
            one.id,
            one.side.label,
            one.price_low,
            one.price_high,
            one.peak_price,
            one.size,
            one.heat,
            look.price,
        )
        for look in looks
        for one in look.seen
    ]
    return _timed(pd.DataFrame(rows, columns=list(CLUSTERS)))


def profiles_table(looks: Sequence[Look], every: int = DAY) -> pd.DataFrame:
    """Return what stands by price at looks on whole multiples of a time [ns], one row per range that holds any.

    time (UTC), price_low, price_high [quote/base]: five price cells, within 20 % of the price; long, short [quote],
    price: the last close then.
    """
    frames = []
    for look in looks:
        if look.time % every:
            continue
        first = -(-int(look.cells[0]) // PROFILE_CELLS)
        count = (int(look.cells[-1]) + 1) // PROFILE_CELLS - first
        begin = first * PROFILE_CELLS - int(look.cells[0])
        inside = look.size.sum(axis=0)[:, begin : begin + count * PROFILE_CELLS]
        long, short = inside.reshape(2, count, PROFILE_CELLS).sum(axis=2)
        edges = price_cell_edge(np.arange(first, first + count + 1) * PROFILE_CELLS)
        columns = (np.full(count, look.time), edges[:-1], edges[1:], long, short, np.full(count, look.price))
        made = pd.DataFrame(dict(zip(PROFILES, columns, strict=True)))
        frames.append(made[(made["long"] > 0) | (made["short"] > 0)])
    return _timed(pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(PROFILES)))


def totals_table(looks: Sequence[Look]) -> pd.DataFrame:
    """Return what stands within 20 % of the price at each look: time [ns], long, short [quote]."""
    rows = [(look.time, *look.size.sum(axis=(0, 2))) for look in looks]
    return pd.DataFrame(rows, columns=list(TOTALS))


def _timed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(time=time_index(frame["time"].to_numpy(np.int64)))


def encoded_table(frame: pd.DataFrame) -> bytes:
    """Return a frame as the bytes of a Parquet file: texts and numbers, times in UTC."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays: dict[str, Any] = {}
    for name in frame.columns:
        values = frame[name]
        if isinstance(values.dtype, pd.DatetimeTZDtype):
            stamps = pd.DatetimeIndex(values).as_unit("ns").asi8
            arrays[name] = pa.array(stamps, pa.timestamp("ns", "UTC"))
        elif values.dtype.kind in "iufb":
            arrays[name] = pa.array(values.to_numpy())
        else:
            arrays[name] = pa.array([None if value is None else str(value) for value in values], pa.string())
    output = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays), output, compression="zstd", store_schema=False)
    return bytes(output.getvalue())


def decoded_table(content: bytes) -> pd.DataFrame:
    """Return the frame of `encoded_table`."""
    import pyarrow as pa

    return pd.read_parquet(pa.BufferReader(content))
