"""Webhooks against a server on this machine: retries, time limits, redirects, and secrets that stay where they are."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from liqwidget import DataError, Webhook
from liqwidget.run.webhook import MOST_WAITING, Courier
from tests.waiting import LONGEST_S, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HIDDEN = "tok3n"


class Server:
    """Answers posts as it is told, and remembers them."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.answers: list[Callable[[Any], object]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.heard.append((self.path, dict(self.headers), json.loads(body)))
                (server.answers.pop(0) if server.answers else status(204))(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/{HIDDEN}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @contextmanager
    def running(self) -> Iterator[Server]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()


def status(code: int, **headers: str) -> Callable[[Any], None]:
    def answer(handler: Any) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


@pytest.fixture
def courier() -> Iterator[Courier]:
    made = Courier(pace=1000.0)
    yield made
    made.close()


def posted(courier: Courier, hook: Webhook, wanted: Callable[[], bool]) -> list[str]:
    """Post one message, wait until something is so; return what was told of failures."""
    failed: list[str] = []
    courier.post(hook, {"text": "BTC: swept"}, failed.append)
    until(lambda: wanted() or bool(failed))
    until(lambda: not courier._waiting)
    assert HIDDEN not in "".join(failed)
    return failed


@pytest.mark.slow
def test_a_message_is_json_with_the_analysts_headers(server: Server, courier: Courier) -> None:
    hook = Webhook(server.address, headers={"Authorization": HIDDEN})
    assert posted(courier, hook, lambda: len(server.heard) == 1) == []
    ((path, headers, body),) = server.heard
    assert (path, body) == (f"/{HIDDEN}", {"text": "BTC: swept"})
    assert (headers["Authorization"], headers["Content-Type"]) == (HIDDEN, "application/json")


@pytest.mark.slow
def test_it_is_tried_again_while_that_may_help(server: Server, courier: Courier) -> None:
    server.answers = [status(500), status(429, Retry_After="3"), status(200)]
    assert posted(courier, Webhook(server.address), lambda: len(server.heard) == 3) == []
    assert len(server.heard) == 3


@pytest.mark.slow
def test_it_is_given_up_with_a_sentence(server: Server, courier: Courier) -> None:
    server.answers = [status(503)] * 3
    assert posted(courier, Webhook(server.address, retries=2), lambda: False) == ["webhook: it answered 503"]
    assert len(server.heard) == 3
    server.answers = [status(404)]
    assert posted(courier, Webhook(server.address), lambda: False) == ["webhook: it answered 404"]
    assert len(server.heard) == 4


@pytest.mark.slow
def test_redirects_are_followed_on_the_same_host_alone(server: Server, courier: Courier) -> None:
    server.answers = [status(307, Location="/moved"), status(200)]
    assert posted(courier, Webhook(server.address), lambda: len(server.heard) == 2) == []
    assert server.heard[1][0] == "/moved"
    with Server().running() as other:
        server.answers = [status(308, Location=other.address)]
        (said,) = posted(courier, Webhook(server.address), lambda: False)
        assert said == "webhook: it sends on elsewhere, which is followed on the same host alone"
        assert other.heard == []
    server.answers = [status(302, Location=server.address)] * 9
    assert "the same host alone" in posted(courier, Webhook(server.address), lambda: False)[0]


@pytest.mark.slow
def test_what_keeps_silent_or_is_not_there_has_a_time_limit(server: Server, courier: Courier) -> None:
    released = threading.Event()
    server.answers = [lambda _: released.wait(LONGEST_S)]
    hook = Webhook(server.address, retries=0, seconds=0.2)
    assert posted(courier, hook, lambda: False) == ["webhook: no answer in 0.2 s"]
    released.set()
    closed = Webhook(f"http://127.0.0.1:1/{HIDDEN}", retries=1)
    assert posted(courier, closed, lambda: False) == ["webhook: it could not be reached"]


@pytest.mark.slow
def test_posting_never_waits_and_the_oldest_goes_first(server: Server) -> None:
    courier, failed = Courier(), list[str]()
    courier._thread.wake = lambda: None  # type: ignore[method-assign]
    for _ in range(MOST_WAITING + 2):
        courier.post(Webhook(server.address), {"text": "x"}, failed.append)
    assert failed == [f"webhook: more than {MOST_WAITING} messages wait, the oldest was dropped"] * 2
    courier.close()
    assert server.heard == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"address": f"ftp://{HIDDEN}.org"}, "was one that begins with ftp:"),
        ({"address": f"file:///{HIDDEN}"}, "was one that begins with file:"),
        ({"address": f"{HIDDEN}.org/x"}, "was none"),
        ({"address": f"https:///{HIDDEN}"}, "was none"),
        ({"address": f"https://a.org/{HIDDEN}\nX: y"}, "was none"),
        ({"address": f"https://[{HIDDEN}"}, "was none"),
        ({"address": HIDDEN.encode()}, "was none"),
        ({"address": "https://a.org", "headers": {"X": f"{HIDDEN}\r\nY: z"}}, "texts of one line"),
        ({"address": "https://a.org", "headers": [HIDDEN]}, "texts of one line"),
        ({"address": "https://a.org", "headers": {"X": 3}}, "texts of one line"),
        ({"address": "https://a.org", "retries": -1}, "Expected retries"),
        ({"address": "https://a.org", "seconds": 0}, "Expected seconds"),
    ],
)
def test_what_cannot_be_posted_to_is_refused_without_naming_it(given: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        Webhook(**given)
    assert HIDDEN not in str(caught.value)
    assert HIDDEN not in repr(caught.value)


def test_secrets_stand_in_no_repr() -> None:
    hook = Webhook(f"https://a.org/{HIDDEN}", headers={"Authorization": HIDDEN})
    assert repr(hook) == "Webhook(retries=4, seconds=10.0)"
    assert hash(hook) == hash(Webhook(f"https://a.org/{HIDDEN}", headers={"Authorization": HIDDEN}))
