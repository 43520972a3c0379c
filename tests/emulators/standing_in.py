"""What tests of every stand-in need: one on a socket, one as a process, and its pages as somebody without scripts."""

import asyncio
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

import uvloop

from emulators.kit.app import StandIn
from emulators.kit.server import bind, make_server


class Form(HTMLParser):
    """The first form of a page, as somebody without JavaScript sees it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.types: dict[str, str] = {}
        self.disabled = 0
        self.buttons: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = values["action"]
        elif tag == "button":
            self.buttons.append(values.get("value", ""))
        elif tag == "input" and "disabled" in values:
            self.disabled += 1
        elif tag == "input" and values["type"] == "hidden":
            self.hidden[values["name"]] = values["value"]
        elif tag == "input" and values["type"] in ("radio", "checkbox"):
            self.choices.setdefault(values["name"], []).append(values["value"])
            self.types[values["name"]] = values["type"]


@contextmanager
def served(app: StandIn, platform: str) -> Iterator[str]:
    """The address of a stand-in that a thread serves."""
    listening = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = make_server(app, platform, url)

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(sockets=[listening]))

    thread = threading.Thread(target=run, name=f"{platform} sandbox")
    thread.start()
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(10)
    assert not thread.is_alive()


@contextmanager
def started(name: str, platform: str, *flags: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``python -m emulators.NAME`` and its address."""
    command = [sys.executable, "-m", f"emulators.{name}", "--port", "0", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = rf"{platform} sandbox ready on (http://127\.0\.0\.1:\d+)\n"
        match = re.fullmatch(ready, process.stdout.readline())
        assert match
        yield process, match[1]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
