"""Looking at pages: what would keep people from using them, and pictures.

``CLIENTSYNC_TEST_PICTURES`` names a folder for pictures of all that the tests look at.
"""

import os
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

SERIOUS = frozenset({"serious", "critical"})
PICTURES = os.environ.get("CLIENTSYNC_TEST_PICTURES")

AXE = Axe().axe_script

COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""Of axe-core's rules those that look at colours, which are all that differs between light and dark."""

PLAIN = {"resultTypes": ["violations"], "preload": False}
"""Nothing is fetched again to be looked at: sheets are our own, and there is nothing to be heard or seen moving."""

LOOK = """async ([options, telling, likes]) => {
  const tells = new Set(telling), shapes = new Map(), again = [];
  const said = (text) => (text.trim() === "" ? "" : "…");
  const shape = (one) => one.tagName
    + [...one.attributes].map(({ name, value }) => `[${name}=${tells.has(name) ? said(value) : value}]`).sort().join("")
    + `(${[...one.childNodes].map((child) => (child.nodeType === 1 ? shape(child) : said(child.textContent)))})`;
  for (const row of document.querySelectorAll("tbody > tr, ul > li, ol > li")) {
    const found = shape(row), before = shapes.get(found) ?? 0;
    shapes.set(found, before + 1);
    if (before >= likes) again.push(row);
  }
  return (await axe.run({ include: [document], exclude: again }, options)).violations;
}"""
"""Runs axe-core on all but rows that look like others: same elements, classes and states, other words."""

TELLING = (
    *("href", "action", "id", "for", "value", "title", "datetime", "aria-label", "aria-describedby", "aria-labelledby"),
    *("data-id", "data-group", "data-text", "data-suggests", "data-suggested", "data-label", "name"),
)
"""Attributes that tell of what a row is, and not how it looks; only whether they are empty is compared."""

LIKES = 2
"""Rows of one shape that are looked at: an even one and an odd one. Each costs as much as a small page."""


async def looked_at(page: Page, name: str) -> None:
    """Usable by everybody, in every window, light and dark; a picture if somebody wants to look."""
    size = page.viewport_size
    assert size is not None
    await assert_accessible(page)
    await page.emulate_media(color_scheme="dark")
    await assert_accessible(page, **COLOURS)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 380, "height": 780})
    await assert_fits(page)
    await page.set_viewport_size(size)
    if PICTURES:
        await picture(page, Path(PICTURES), name)


async def assert_accessible(page: Page, **rules: object) -> None:
    """No finding of axe-core that is serious or critical; of all its rules unless some are named."""
    if not await page.evaluate("'axe' in window"):  # half a megabyte to read, once for each page that is loaded
        await page.evaluate(AXE)
    found = await page.evaluate(LOOK, [{**PLAIN, **rules}, TELLING, LIKES])
    problems = [
        f"{finding['id']} ({finding['impact']}): {finding['help']}: {node['html'][:200]}"
        for finding in found
        if finding["impact"] in SERIOUS
        for node in finding["nodes"]
    ]
    assert not problems, "\n".join([page.url, *problems])


FOLDED = """() => {
  const isSeen = (one) => one.checkVisibility() && getComputedStyle(one).clipPath === "none";
  const heads = [...document.querySelectorAll("table.data > thead")].filter((head) => !isSeen(head));
  const lost = heads.flatMap((head) => [...head.querySelectorAll("a, button, input:not([type=hidden])")]);
  const cells = [...document.querySelectorAll("td[data-label]")].filter((cell) =>
    getComputedStyle(cell).display === "grid" && cell.childNodes.length > 1
    && [...cell.childNodes].some((one) => one.nodeType === Node.TEXT_NODE && one.data.trim() !== ""));
  return [
    ...lost.filter((one) => one.checkVisibility()).map((one) => `out of sight: ${one.outerHTML}`),
    ...cells.map((cell) => `words and more side by side, to be put in a div: ${cell.outerHTML}`),
  ];
}"""
"""Tables in a narrow window: what can be pressed in their heads is in sight, and their cells are one thing each."""


async def assert_fits(page: Page) -> None:
    """The page is not wider than the window: only parts of it scroll sideways, and what folds keeps all it has."""
    wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url} is {wider} pixels too wide"
    wrong = await page.evaluate(FOLDED)
    assert not wrong, "\n".join([page.url, *(one[:300] for one in wrong)])


async def picture(page: Page, directory: Path, name: str) -> None:
    """The whole page as a PNG in light, dark and narrow: ``name-light.png``, ``name-dark.png``, ``name-narrow.png``."""
    size = page.viewport_size
    for look, scheme, width in (("light", "light", 1280), ("dark", "dark", 1280), ("narrow", "light", 380)):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its literals
        await page.set_viewport_size({"width": width, "height": 800})
        height = await page.evaluate("document.documentElement.scrollHeight")  # what sticks to an edge is at an edge
        await page.set_viewport_size({"width": width, "height": min(height, 8_000)})
        await page.screenshot(path=directory / f"{name}-{look}.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    if size is not None:
        await page.set_viewport_size(size)
