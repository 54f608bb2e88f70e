"""Forks a process for each who asks, from one that has imported and computed what each would: seconds each time.

Jupyter starts this file in the place of a kernel, pytest-xdist in that of a worker. Started so, it asks the server
for one, lends it its standard streams, passes interrupts on to it, and ends when it does.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import socket
import sys
import threading

STREAMS = (0, 1, 2)
"""Standard input, output and errors."""


def ask(door: str, asked: list[str]) -> None:
    """Ask for a process, and stay as long as it does."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(door)
        told = {"asked": asked, "folder": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109
        signal.signal(signal.SIGINT, lambda *_: line.send(b"i"))
        # What comes with streams is read at once, and a socket takes so much.
        socket.send_fds(line, [b"s"], STREAMS)
        line.sendall(json.dumps(told).encode() + b"\n")
        while line.recv(1):
            pass


def serve(door: str, room: str, given: list[str]) -> None:
    """Fork a process for each who asks, until the standard input ends.

    `room` is a module: what it has prepared, by its `prepare`, each that is forked becomes, by its `become`.
    """
    kind = importlib.import_module(room)
    with socket.socket(socket.AF_UNIX) as listener:
        # Who asks from now on waits.
        listener.bind(door)
        listener.listen()
        kind.prepare(given)
        assert threading.active_count() == 1, f"Expected no thread before a fork, were {threading.enumerate()}"
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        # Who is interrupted at a terminal asks for it, each for the own one.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            line, _ = listener.accept()
            _, streams, _, _ = socket.recv_fds(line, 1, len(STREAMS))
            said = line.makefile("rb").readline()
            if said and os.fork() == 0:
                listener.close()
                kind.become(taken_over(line, json.loads(said), streams))
                return
            for stream in streams:
                os.close(stream)
            line.close()


def taken_over(line: socket.socket, told: dict[str, object], streams: list[int]) -> list[str]:
    """Take over folder, environment and streams of who asked; return what was asked."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    for stream, ours in zip(streams, STREAMS, strict=True):
        os.dup2(stream, ours)
        os.close(stream)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    os.chdir(str(told["folder"]))
    environment, asked = told["environment"], told["asked"]
    assert isinstance(environment, dict)
    assert isinstance(asked, list)
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=obey, args=(line,), daemon=True).start()
    return asked


def obey(line: socket.socket) -> None:
    """Take an interrupt that is passed on; end when nobody is there any more."""
    while line.recv(1):
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(1)


if __name__ == "__main__":
    # What is forked looks for modules where it was asked, not beside this file.
    del sys.path[0]
    if sys.argv[1] == "ask":
        ask(sys.argv[2], sys.argv[3:])
    else:
        serve(sys.argv[1], sys.argv[2], sys.argv[3:])
