"""What benchmarks told in one run, as JSON and Markdown in artefacts/: a plugin of pytest, loaded by `make bench`."""

from __future__ import annotations

import json
import os
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.budgets import BUDGETS
from tests.benchmarks.copies import machine

if TYPE_CHECKING:
    import pytest

    from tests.benchmarks.budgets import Budget

FOLDER = Path(__file__).resolve().parents[2] / "artefacts"
_GROWTH = "tests/benchmarks/test_growth.py::test_growth"

Told = dict[str, dict[str, Any]]
"""Figures by benchmark."""

_told: Told = {}
_peers: list[dict[str, Any]] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Hear what a benchmark tells as properties, or why it was not run."""
    if report.when == "call":
        told: list[tuple[str, Any]] = report.user_properties
        _peers.extend(value for name, value in told if name == "peer")
        _told.setdefault(report.nodeid, {}).update({name: value for name, value in told if name != "peer"})
    if report.skipped and isinstance(report.longrepr, tuple):
        _told.setdefault(report.nodeid, {})["skipped"] = report.longrepr[2].removeprefix("Skipped: ")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write both files, if something was measured."""
    timed = getattr(getattr(session.config, "_benchmarksession", None), "benchmarks", [])
    for one in timed:
        _told.setdefault(one.fullname, {}).update({"median_ms": one.stats.median * 1e3, **one.extra_info})
    if not any(_told.values()):
        return
    FOLDER.mkdir(exist_ok=True)
    about = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "copies_gb_per_s": machine(),
    }
    whole = {"about": about, "benchmarks": _told, "peers": _peers}
    (FOLDER / "benchmarks.json").write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (FOLDER / "benchmarks.md").write_text(markdown(_told, _peers, about), encoding="utf-8")


def markdown(told: Told, peers: list[dict[str, Any]], about: dict[str, Any]) -> str:
    """Return all of it as a page: budgets, kernels beside copies, growth, peers."""
    where = f"{about['machine']}, Python {about['python']}, {about['time']}, load {about['load']}"
    copies = ", ".join(f"{name} at {speed:.1f} GB/s" for name, speed in about["copies_gb_per_s"].items())
    lines = [
        "# Benchmarks", "",
        f"One run on one machine ({where}); it copies {copies}. Medians. Written by `make bench`.",
        "", "## Budgets", "", "| what | budget | measured | of the budget |", "| --- | --- | --- | --- |",
        *(_budget(one, told) for one in BUDGETS),
        "", "## Kernels beside a plain copy of the bytes that they must touch, in the same run", "",
        "| benchmark | median | bytes | copy | ratio |", "| --- | --- | --- | --- | --- |",
        *(_copied(name, figures) for name, figures in told.items() if "copy_ms" in figures),
    ]  # fmt: skip
    growth = {name: one for name, one in told.get(_GROWTH, {}).items() if isinstance(one, dict)}
    if growth:
        months = next(iter(growth.values()))["months"]
        lines += ["", "## Growth with the months of 1m candles behind it [ms of processor]", ""]
        lines += [f"| what | {' | '.join(map(str, months))} | exponent |", "| --- |" + " --- |" * (len(months) + 1)]
        lines += [
            f"| {name} | {' | '.join(f'{taken:.1f}' for taken in one['ms'])} | {one['exponent']:.2f} |"
            for name, one in growth.items()
        ]
    lines += ["", "## The same jobs by open peers, in the same run", ""]
    lines += ["| job | peer | peer's time / ours |", "| --- | --- | --- |"] if peers else []
    lines += [f"| {one['job']} | {one['peer']} | {one['theirs_ms'] / one['ours_ms']:.2g} |" for one in peers]
    lines += [f"\n{name}: {figures['skipped']}" for name, figures in told.items() if "skipped" in figures]
    return "\n".join(lines) + "\n"


def _budget(one: Budget, told: Told) -> str:
    figure = told.get(one.where, {}).get(one.figure)
    if isinstance(figure, dict):
        figure = figure["ms"][-1]
    sign = ">=" if one.least else "<="
    start = f"| {one.what} | {sign} {one.limit:g} {one.unit} |"
    if figure is None:
        return f"{start} not in this run | |"
    kept = figure >= one.limit if one.least else figure <= one.limit
    return f"{start} {figure:.3g} {one.unit} | {figure / one.limit:.0%}{'' if kept else ', **over**'} |"


def _copied(name: str, figures: dict[str, Any]) -> str:
    ratio = figures["median_ms"] / figures["copy_ms"] if figures["copy_ms"] else float("nan")
    short = name.rpartition("::")[2].removeprefix("test_")
    times = f"{figures['median_ms']:.3g} ms | {figures['bytes'] / 1e6:,.3g} MB | {figures['copy_ms']:.3g} ms"
    return f"| {short} | {times} | {ratio:,.3g} |"
