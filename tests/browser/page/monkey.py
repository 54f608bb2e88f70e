"""Random but seeded gestures on a heatmap in a page, as users make them by hand, by mistake, and all at once."""

from __future__ import annotations

import random
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.browser.fingers import touch_screen
from tests.browser.heatmap import NEXT_PICTURE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.heatmap import Heatmap

Point = tuple[float, float]

PLACES_JS = Path(__file__).with_name("places.js").read_text(encoding="utf-8")
KEYS = (
    "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Shift+ArrowLeft", "Shift+ArrowUp", "+", "-", "0", "Home",
    "Enter", "Escape", "?", "Tab", "f", "x",
)  # fmt: skip
HELD = ("Control", "Shift", "Alt")
BUTTONS = ("left",) * 8 + ("middle", "right")
SIZES = ((1200, 800), (900, 700), (1500, 900), (560, 800))
SET_IN_PYTHON = (
    "h.side = 'long'", "h.side = 'both'", "h.time_range = None", "h.price_range = None", "h.follow = True",
    "h.window = '3d'", "h.window = '7d'", "h.measure = 'size'", "h.measure = 'expected'", "h.clear_selection()",
    "h.view = 'map'", "h.view = 'heatmap'", "h.selected_clusters = h.clusters[:2]", "h.sensitivity = 0.2",
    "h.sensitivity = 0.9", "h.as_of = h.ledger.end - 40 * h.ledger.timeframe", "h.as_of = None", "h.panels = ()",
    "h.profile = 'venue'", "h.threshold = 20.0", "h.future = not h.future", "h.smooth = not h.smooth",
)  # fmt: skip
"""What a cell may set while somebody's hand is on the picture."""
LEFT_ALONE = (
    "Save PNG",
    "Save HTML",
    "Copy code",
    "Model",
    "Timeframe",
    "Coin",
    "Edit",
    "Apply",
    "Cancel",
    "Replay speed",
)
"""Controls that save files, that have another market estimated, or that stay as a view has them."""


class Monkey:
    """Does what it is told by chance: one seed, one sequence."""

    def __init__(self, heatmap: Heatmap, seed: int, *, touch: bool = True) -> None:
        self.heatmap, self.page, self.touch = heatmap, heatmap.page, touch
        self.chance = random.Random(seed)  # noqa: S311 - a test
        self.done: list[str] = []
        acts: list[tuple[int, Callable[[], str]]] = [
            (10, self.drag), (3, self.axis_drag), (4, self.wheel), (4, self.key), (4, self.click),
            (2, self.double_click), (3, self.hover), (5, self.control), (3, self.told), (1, self.resize),
            (1, self.theme), (2, self.select_text), (2, self.lost_release), (2, self.replay), (1, self.full_screen),
            (1, self.leave_page), (2, self.break_off), (2, self.from_text), (3, self.finger),
        ]  # fmt: skip
        self._acts = acts if touch else [pair for pair in acts if pair[1] not in (self.finger, self.lost_release)]

    def act(self, times: int) -> None:
        """Do so many things, and note each."""
        weights, acts = zip(*self._acts, strict=True)
        for act in self.chance.choices(acts, weights, k=times):
            self.done.append(act.__name__)
            self.done[-1] = f"{act.__name__}: {act()}"

    def rest(self) -> None:
        """Take all hands off: buttons and keys come up, nothing plays, the page has its size and is in sight."""
        for button in ("left", "middle", "right"):
            self.page.mouse.up(button=button)
        for key in HELD:
            self.page.keyboard.up(key)
        self.page.evaluate("document.fullscreenElement && document.exitFullscreen()")
        self.heatmap.evaluate(
            """root => root.querySelectorAll('.liq-replay [aria-pressed=true], .liq-widen[aria-pressed=true]')
              .forEach(one => ['Pause', 'All columns'].includes(one.textContent) && one.click())"""
        )
        self.page.evaluate("getSelection().removeAllRanges(); document.activeElement.blur(); scrollTo(0, 0)")
        self.page.mouse.move(3, 3)

    # ------------------------------------------------------------------ where

    def places(self) -> dict[str, Any]:
        """Return where the parts of the widget are on the page, and its controls."""
        found: dict[str, Any] = self.heatmap.evaluate(PLACES_JS)
        return found

    def place(self, *names: str) -> tuple[str, Point]:
        """Return a point of one of some parts, of any without a name."""
        parts = self.places()["parts"]
        name = self.chance.choice(sorted(set(names) & set(parts)) or sorted(parts))
        x, y, width, height = parts[name]
        across, down = x + self.chance.random() * width, y + self.chance.random() * height
        size = self.page.viewport_size
        if self.touch or size is None:
            return name, (across, down)
        # Firefox moves its mouse inside of the window alone.
        return name, (min(max(across, 0), size["width"] - 1), min(max(down, 0), size["height"] - 1))

    # ------------------------------------------------------------------ gestures

    def drag(self, *, start: str | None = None) -> str:
        mouse, button = self.page.mouse, self.chance.choice(BUTTONS)
        name, begin = self.place(
            *(["picture"] if start is None and self.chance.random() < 0.6 else [start] if start else [])
        )
        end_name, end = self.place()
        key = self.chance.choice(("", "", "", *HELD))
        mouse.move(*begin)
        if key:
            self.page.keyboard.down(key)
        mouse.down(button=button)  # type: ignore[arg-type]
        said = ""
        for step in range(1, 5):
            share = step / 4
            mouse.move(begin[0] + share * (end[0] - begin[0]), begin[1] + share * (end[1] - begin[1]))
            if self.chance.random() < 0.12:
                said += f", {self.meanwhile()}"
        mouse.up(button=button)  # type: ignore[arg-type]
        if key:
            self.page.keyboard.up(key)
        return f"{button} {key} from {name} to {end_name}{said}"

    def axis_drag(self) -> str:
        return self.drag(start=self.chance.choice(("price axis", "time axis", "corner")))

    def meanwhile(self) -> str:
        """Do something while a button is down."""
        kind = self.chance.choice(("wheel", "key", "right", "told", "blur", "rest", "resize", "theme", "cancel"))
        if kind == "wheel":
            self.page.mouse.wheel(0, self.chance.choice((-240, 240)))
        elif kind == "key":
            key = self.chance.choice(KEYS)
            self.page.keyboard.press(key)
            return key
        elif kind == "right":
            self.page.mouse.down(button="right")
            self.page.mouse.up(button="right")
        elif kind == "blur":
            self.page.evaluate(
                "dispatchEvent(new Event('blur')); document.dispatchEvent(new Event('visibilitychange'))"
            )
        elif kind == "rest":
            self.page.wait_for_function(
                "since => performance.now() > since + 200", arg=self.page.evaluate("performance.now()")
            )
        elif kind == "cancel":
            self.cancel()
        else:
            return str(getattr(self, kind)())
        return kind

    def cancel(self) -> None:
        """Have the browser take the pointer away, as it does when it begins a drag of its own."""
        self.heatmap.evaluate(
            """(root, place) => {
              let hit = document.elementFromPoint(...place)
              while (hit?.shadowRoot?.elementFromPoint(...place) && hit.shadowRoot.elementFromPoint(...place) !== hit)
                hit = hit.shadowRoot.elementFromPoint(...place)
              hit?.dispatchEvent(new PointerEvent('pointercancel',
                { pointerId: 1, pointerType: 'mouse', isPrimary: true, bubbles: true, composed: true }))
            }""",
            list(self.place("picture")[1]),
        )

    def lost_release(self) -> str:
        """Press, drag, and come back with the button up: it came up where no page hears of it."""
        name, begin = self.place("picture", "price axis", "time axis")
        session = self.page.context.new_cdp_session(self.page)

        def send(kind: str, point: Point, buttons: int, **more: Any) -> None:
            place = {"x": max(point[0], 0), "y": max(point[1], 0)}
            session.send(
                "Input.dispatchMouseEvent", {"type": kind, **place, "buttons": buttons, "button": "none"} | more
            )

        send("mouseMoved", begin, 0)
        send("mousePressed", begin, 1, button="left", clickCount=1)
        for _ in range(2):
            send("mouseMoved", self.place("picture")[1], 1)
        for _ in range(2):
            send("mouseMoved", self.place("picture")[1], 0)
        session.detach()
        return name

    def break_off(self) -> str:
        """Begin a drag, and press Escape."""
        name, begin = self.place("picture", "price axis", "time axis")
        self.page.mouse.move(*begin)
        self.page.mouse.down()
        self.page.mouse.move(*self.place("picture")[1], steps=2)
        self.page.keyboard.press("Escape")
        self.page.mouse.move(*self.place("picture")[1], steps=2)
        self.page.mouse.up()
        return name

    def from_text(self) -> str:
        """Drag across text and out of it again."""
        return self.drag(start=self.chance.choice(("table", "readout", "page", "panel", "profile", "legend")))

    def wheel(self) -> str:
        name, point = self.place()
        key = self.chance.choice(("", *HELD))
        self.page.mouse.move(*point)
        if key:
            self.page.keyboard.down(key)
        for _ in range(self.chance.randint(1, 3)):
            self.page.mouse.wheel(self.chance.choice((0, 0, 80)), self.chance.choice((-200, -60, 60, 200)))
        if key:
            self.page.keyboard.up(key)
        return f"{key} over {name}"

    def key(self) -> str:
        if self.chance.random() < 0.7:
            self.heatmap.figure.evaluate("node => node.focus({ preventScroll: true })")
        keys = self.chance.choices(KEYS, k=self.chance.randint(1, 3))
        for key in keys:
            self.page.keyboard.press(key)
        return " ".join(keys)

    def click(self) -> str:
        name, point = self.place("picture", "price axis", "time axis", "profile", "panel", "table", "page", "strip")
        button = self.chance.choice(BUTTONS)
        self.page.mouse.click(*point, button=button)  # type: ignore[arg-type]
        return f"{button} on {name}"

    def double_click(self) -> str:
        name, point = self.place("picture", "price axis", "time axis", "profile", "panel", "strip")
        self.page.mouse.dblclick(*point)
        return f"on {name}"

    def hover(self) -> str:
        names = []
        for _ in range(self.chance.randint(1, 4)):
            name, point = self.place()
            self.page.mouse.move(*point)
            names.append(name)
        self.page.evaluate(NEXT_PICTURE)
        return " ".join(names)

    def control(self) -> str:
        """Use any control that is in sight."""
        controls = [one for one in self.places()["controls"] if one["label"] not in LEFT_ALONE]
        one = self.chance.choice(controls)
        x, y, width, height = one["box"]
        if one["kind"] == "select":
            value = self.chance.choice(one["options"])
            self.heatmap.evaluate(
                """(root, [index, value]) => {
                  const one = root.querySelectorAll('button, select, input')[index]
                  one.value = value
                  one.dispatchEvent(new Event('change', { bubbles: true }))
                }""",
                [one["index"], value],
            )
            return f"{one['label']} = {value}"
        across = self.chance.random() if one["kind"] == "range" else 0.5
        self.page.mouse.click(x + across * width, y + 0.5 * height)
        return str(one["label"])

    def told(self) -> str:
        code = self.chance.choice(SET_IN_PYTHON)
        self.heatmap.kernel.run(code)
        return code

    def resize(self) -> str:
        width, height = self.chance.choice(SIZES)
        self.page.set_viewport_size({"width": width, "height": height})
        return f"{width} x {height}"

    def theme(self) -> str:
        scheme = self.chance.choice(("light", "dark"))
        self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        return scheme

    def select_text(self) -> str:
        self.page.evaluate("getSelection().selectAllChildren(document.body)")
        return ""

    def replay(self) -> str:
        bar = self.heatmap.root.locator(".liq-replay")
        what = self.chance.choice(("One candle back", "One candle on", "Play", "Pause"))
        button = bar.get_by_role("button", name=what, exact=True)
        if button.count():
            button.evaluate("node => node.click()")
        return what

    def full_screen(self) -> str:
        self.heatmap.figure.evaluate("node => node.focus({ preventScroll: true })")
        for _ in range(self.chance.randint(1, 3)):
            self.page.keyboard.press("f")
        return ""

    def leave_page(self) -> str:
        """Have the output taken out of its page and put back, as JupyterLab does when its theme changes."""
        down = self.chance.random() < 0.5
        if down:
            self.page.mouse.move(*self.place("picture", "price axis")[1])
            self.page.mouse.down()
            self.page.mouse.move(*self.place("picture")[1], steps=3)
        self.heatmap.evaluate(
            """root => {
              const [parent, next] = [root.parentNode, root.nextSibling]
              root.remove()
              parent.insertBefore(root, next)
            }"""
        )
        if down:
            self.page.mouse.up()
        return "with a button down" if down else ""

    def finger(self) -> str:
        """Touch: a tap, a drag, a rest, two fingers, or a touch that the system takes away."""
        with ExitStack() as stack:
            fingers = stack.enter_context(touch_screen(self.page))
            kind = self.chance.choice(("tap", "drag", "pinch", "cancel", "rest"))
            name, one = self.place("picture", "strip", "price axis", "profile")
            other = self.place("picture")[1]
            if kind == "tap":
                fingers.tap(one)
            elif kind == "drag":
                fingers.drag(one, other, steps=4)
            elif kind == "pinch":
                fingers.pinch((one, other), (self.place("picture")[1], self.place("picture")[1]), steps=4)
            else:
                fingers.down(one)
                if kind == "rest":
                    since = self.page.evaluate("performance.now()")
                    self.page.wait_for_function("since => performance.now() > since + 350", arg=since)
                fingers.move(other)
                fingers.cancel() if kind == "cancel" else fingers.up()
            # What a tap has read out stays until a finger touches elsewhere.
            fingers.tap((3, 3))
        return f"{kind} on {name}"
