"""Firefox, as Playwright wants it: run in its place, ``python firefox_relay.py /usr/bin/firefox-esr [argument ...]``.

Playwright tells a page of its screen and colours by commands of WebDriver BiDi that Firefox learns one after another.
Of those that it has not learnt yet Playwright hears that they are done: no test in Firefox relies on them.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

ADDRESS = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
LATER = "emulation."
"""How the names of these commands begin."""


def answer(text: str, asked: dict[int, str]) -> str:
    """Return what Playwright hears of a message of Firefox; `asked` are the methods of its commands by their number."""
    message = json.loads(text)
    method = asked.pop(message.get("id"), "")
    if message.get("error") == "unknown command" and method.startswith(LATER):
        return json.dumps({"type": "success", "id": message["id"], "result": {}})
    return text


async def main(command: list[str]) -> int:
    """Start Firefox, say where the relay listens, and end when Firefox does."""
    firefox = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    errors = firefox.stderr
    assert errors is not None
    address = ""

    async def relayed(request: web.Request) -> web.WebSocketResponse:
        ours = web.WebSocketResponse(max_msg_size=0)
        await ours.prepare(request)
        asked: dict[int, str] = {}
        async with ClientSession() as session, session.ws_connect(address + request.path, max_msg_size=0) as theirs:
            back = asyncio.create_task(told(theirs, ours, asked))
            async for message in ours:
                command = json.loads(message.data)
                asked[command["id"]] = command["method"]
                await theirs.send_str(message.data)
            back.cancel()
        return ours

    app = web.Application()
    app.router.add_get("/{path:.*}", relayed)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async for line in errors:
        if found := ADDRESS.search(line):
            address = found[1].decode()
            _, port = runner.addresses[0]
            line = f"WebDriver BiDi listening on ws://127.0.0.1:{port}\n".encode()  # noqa: PLW2901
        sys.stderr.buffer.write(line)
        sys.stderr.flush()
    await runner.cleanup()
    return await firefox.wait()


async def told(theirs: ClientWebSocketResponse, ours: web.WebSocketResponse, asked: dict[int, str]) -> None:
    """Pass on what Firefox says, to its last word."""
    async for message in theirs:
        if message.type is WSMsgType.TEXT:
            await ours.send_str(answer(message.data, asked))
    await ours.close()


if __name__ == "__main__":
    with asyncio.Runner() as loop:
        sys.exit(loop.run(main(sys.argv[1:])))
