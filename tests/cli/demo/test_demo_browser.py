"""The browser without a screen sends what a browser would, and says what a page does not have."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from cli.demo.browser import Browser, NoSuchControlError

PAGE = """<!doctype html><h1>Choose &amp; <em>go on</em></h1><p role="alert">Choose one first.</p>
<form method="post" action="/sent">
  <input type="hidden" name="request" value="r 1">
  <input name="email"> <input type="submit" name="action" value="go">
  <input type="checkbox" name="org" value="a"> <input type="checkbox" name="org" value="b" checked>
  <input type="checkbox" name="org" value="gone" disabled checked> <input type="checkbox" name="plain">
  <input type="radio" name="who" value="me" checked> <input type="radio" name="who" value="you">
  <button name="action" value="allow">Allow   access</button><button disabled name="action" value="no">Never</button>
</form>
<form action="/search?old=1"><input name="q" value="x"><button>Search</button></form>"""


class Server(BaseHTTPRequestHandler):
    """Serves the page after a redirect that sets a cookie, and shows what it was sent."""

    def do_GET(self) -> None:
        if self.path == "/start":
            self.send_response(302)
            self.send_header("Set-Cookie", "seen=1")
            self.send_header("Location", "/page")
            self.end_headers()
        else:
            self.show(PAGE if self.path == "/page" else f"<h1>{self.path}</h1>")

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.show(f"<h1>{sent.replace('&', ' ')} {self.headers['Cookie']}</h1>")

    def show(self, text: str) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_a_page_is_opened_through_redirects_and_read(address: str):
    async with Browser() as browser:
        page = await browser.open(f"{address}/start")
    assert (page.url.path, page.status) == ("/page", 200)
    assert (page.heading, page.alert) == ("Choose & go on", "Choose one first.")
    assert page.has("Allow access")
    assert page.has("go")
    assert not page.has("Never")


async def test_a_form_is_sent_as_it_stands(address: str):
    async with Browser() as browser:
        sent = await browser.press(await browser.open(f"{address}/start"), "go")
    assert sent.heading == "request=r+1 email= org=b who=me action=go seen=1"


async def test_a_form_is_sent_as_it_is_filled_in(address: str):
    async with Browser() as browser:
        page = await browser.open(f"{address}/page")
        choose = {"org": ["a"], "plain": ["on"], "who": ["you"]}
        sent = await browser.press(page, "Allow", fill={"email": "ada@example.com"}, choose=choose)
    assert sent.heading == "request=r+1 email=ada%40example.com org=a plain=on who=you action=allow None"


async def test_a_search_goes_into_the_address(address: str):
    async with Browser() as browser:
        found = await browser.press(await browser.open(f"{address}/page"), "Search", fill={"q": "a b"})
    assert found.heading == "/search?q=a+b"


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Never", {}),
        ("Allow access", {"fill": {"nothing": "x"}}),
        ("Allow access", {"choose": {"org": ["gone"]}}),
    ],
)
async def test_what_a_page_does_not_have_cannot_be_used(address: str, label: str, words: dict[str, dict[str, str]]):
    async with Browser() as browser:
        page = await browser.open(f"{address}/page")
        with pytest.raises(NoSuchControlError):
            await browser.press(page, label, **words)
