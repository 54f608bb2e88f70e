"""A replay over a line that loses, repeats, holds back and reorders: what is drawn is what a fresh view draws."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.browser.heatmap import NEXT_PICTURE

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap
    from tests.browser.page.own_kernel import OwnKernel, OwnPage

FATES = ("heard",) * 5 + ("lost", "twice", "late", "late")
CHANGES = (
    "h.measure = 'size'", "h.measure = 'expected'", "h.profile = 'venue'", "h.side = 'long'", "h.window = '3d'",
    "h.leverage = ('>50x',)", "h.as_of = h.as_of.value - 20 * 300 * 10**9", "h.view = 'map'", "h.view = 'heatmap'",
)  # fmt: skip


class Wild:
    """Stands between a heatmap and its page, and does to pictures what a bad line does."""

    def __init__(self, kernel: OwnKernel, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a test
        self.kernel, self.say = kernel, kernel.heatmap.send
        self.late: list[tuple[Any, Any]] = []
        self.done: list[str] = []
        kernel.heatmap.send = self.heard

    def heard(self, content: Any, buffers: Any = ()) -> None:
        fate = self.chance.choice(FATES) if content.get("type") == "frame" else "heard"
        self.done.append(fate)
        if fate == "late":
            self.late.append((content, buffers))
            return
        for _ in range({"heard": 1, "lost": 0, "twice": 2}[fate]):
            self.say(content, buffers)
        if self.late and self.chance.random() < 0.5:
            self.say(*self.late.pop())

    def calm(self) -> None:
        """Be a good line again; what was late arrives."""
        self.kernel.heatmap.send = self.say
        for one in self.late:
            self.say(*one)


def replayed(heatmap: Heatmap, own_page: OwnPage, seed: int, steps: int) -> None:
    kernel = cast("OwnKernel", heatmap.kernel)
    kernel.run("h.as_of = h.ledger.end - 3 * 86_400 * 10**9")
    heatmap.sharp()
    line = Wild(kernel, seed)
    try:
        for _ in range(steps):
            kind = line.chance.choice(("step", "step", "step", "change", "zoom", "resize"))
            line.done.append(kind)
            if kind == "step":
                ahead = line.chance.choice((1, 1, 7, 60)) * 300 * 10**9
                kernel.run(f"h.as_of = min(h.as_of.value + {ahead}, h.ledger.end)")
            elif kind == "change":
                kernel.run(line.chance.choice(CHANGES))
            elif kind == "zoom":
                heatmap.wheel(line.chance.random(), line.chance.random(), line.chance.choice((-100, 100)))
            else:
                heatmap.page.set_viewport_size({"width": line.chance.randint(900, 1300), "height": 800})
            for _ in range(line.chance.randint(1, 4)):
                heatmap.page.evaluate(NEXT_PICTURE)
                kernel.hear()
        kernel.run("h.as_of = min(h.as_of.value + 300 * 10**9, h.ledger.end)")
        kernel.hear()
        line.calm()
        kernel.run("h.view = 'heatmap'")
        drawn = heatmap.sharp()
        fresh = own_page.mounted(kernel).sharp()
        assert (fresh.time, fresh.price, fresh.heat) == (drawn.time, drawn.price, drawn.heat)
        assert fresh.digest == drawn.digest
    except BaseException as error:
        error.add_note(f"seed {seed}: {' '.join(line.done)}")
        raise


@pytest.mark.slow
def test_a_replay_over_a_bad_line_draws_what_a_fresh_view_draws(heatmap: Heatmap, own_page: OwnPage) -> None:
    replayed(heatmap, own_page, 1, 8)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 40))
def test_many_replays_over_a_bad_line(heatmap: Heatmap, own_page: OwnPage, seed: int) -> None:
    replayed(heatmap, own_page, seed, 25)
