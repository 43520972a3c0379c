"""What the tests look for on a page is found where it is, and nothing is looked at twice in vain."""

import pytest
from playwright.async_api import Page

from tests.web.house import Browsers, House
from tests.web.looking import LIKES, LOOK, PLAIN, TELLING, assert_accessible, assert_fits, looked_at

ROW = '<tr data-id="{0}"><th scope="row"><a href="/{0}">Client {0}</a></th><td class="{1}">Connected</td></tr>'
PAGE = """<!doctype html><html lang="en"><title>Rows</title><style>
  body {{ color: #111; background: #fff }} a {{ color: #00e }} .pale {{ color: #ccc }}
  @media (prefers-color-scheme: dark) {{ body, a {{ color: #eee; background: #111 }} .dim {{ color: #222 }} }}
</style><main><h1>Rows</h1><table>
<thead><tr><th scope="col">Client</th><th scope="col">Status</th></tr></thead><tbody>{rows}</tbody></table>{more}
</main>"""


@pytest.fixture
async def page(house: House, browsers: Browsers) -> Page:
    return await browsers.page(house.scene)


def with_rows(*classes: str, more: str = "") -> str:
    return PAGE.format(rows="".join(ROW.format(*row) for row in enumerate(classes)), more=more)


@pytest.mark.thorough
async def test_a_row_that_looks_different_is_looked_at_however_many_are_before_it(page: Page):
    await page.set_content(with_rows(*["plain"] * 9))
    await looked_at(page, "rows")
    await page.set_content(with_rows(*["plain"] * 9, "pale"))
    with pytest.raises(AssertionError, match="color-contrast"):
        await looked_at(page, "rows")
    await page.set_content(with_rows(*["plain"] * 9).replace("Client 7", ""))
    with pytest.raises(AssertionError, match="link-name"):
        await looked_at(page, "rows")


async def test_what_is_wrong_in_the_dark_or_in_a_narrow_window_alone_is_found(page: Page):
    await page.set_content(with_rows("plain", "dim"))
    with pytest.raises(AssertionError, match="color-contrast"):
        await looked_at(page, "rows")
    await page.set_content(with_rows("plain", more='<p style="width: 500px">As wide as this</p>'))
    with pytest.raises(AssertionError, match="pixels too wide"):
        await looked_at(page, "rows")


@pytest.mark.parametrize(
    ("style", "rows", "said"),
    [
        ("thead { clip-path: inset(50%) }", '<tr><td data-label="Why">Alone</td></tr>', "out of sight: <a"),
        ("td { display: grid }", '<tr><td data-label="Why"><b>code</b> is wrong</td></tr>', "to be put in a div"),
    ],
)
async def test_tables_that_lose_something_where_they_fold_are_found(page: Page, style: str, rows: str, said: str):
    head = '<thead><tr><th><a href="?sort=why">Why</a></th></tr></thead>'
    await page.set_content(f'<style>{style}</style><table class="data">{head}<tbody>{rows}</tbody></table>')
    with pytest.raises(AssertionError, match=said):
        await assert_fits(page)


async def test_rows_that_look_alike_are_looked_at_twice(page: Page):
    await page.set_content(with_rows(*["pale"] * 9))
    with pytest.raises(AssertionError, match="color-contrast"):
        await assert_accessible(page)
    [pale] = await page.evaluate(LOOK, [PLAIN, TELLING, LIKES])
    assert len(pale["nodes"]) == LIKES
