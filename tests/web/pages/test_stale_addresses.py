"""An address that was kept may ask for what nobody knows any more: the page comes all the same, and says so."""

import pytest

from tests.web.house import House, arrived
from tests.web.street import Street, ask
from tests.web.walking import Walk

NOBODY = "00000000-0000-4000-8000-000000000000"
STALE = ("no-such-thing", "-1", "99999999999999999999", "%00", "x" * 3_000)


@pytest.mark.thorough
async def test_no_page_fails_for_what_its_address_asks(street: Street, every: list[Walk]):
    http, failed, tried = await arrived(street.house.admin), [], 0
    for walk in every:
        if walk.method != "GET" or walk.route.startswith("/connect/") or walk.route.endswith("/events"):
            continue
        for name in sorted(walk.inputs):
            for value in STALE:
                answer = await ask(http, walk, street.own, params={name: value})
                tried += 1
                if answer.status_code not in {
                    200,
                    303,
                    403,
                    404,
                }:  # things that this practice does not have stay unfound
                    failed.append((walk.route, name, value[:20], answer.status_code))
    assert not failed
    assert tried > 50


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        ("/clients?status=happy", "/clients?said=filter-dropped"),
        ("/clients?cause=bad_weather&search=bakery", "/clients?search=bakery&said=filter-dropped"),
        ("/clients?sort=colour&status=connected", "/clients?status=connected&said=filter-dropped"),
        (f"/clients?owner={NOBODY}", "/clients?said=filter-dropped"),
        (f"/clients?team={NOBODY}&limit=100", "/clients?limit=100&said=filter-dropped"),
        ("/clients.csv?status=happy", "/clients?said=filter-dropped"),
        ("/activity?kind=buy-clients", "/activity?said=filter-dropped"),
        ("/activity?state=asleep&kind=add-clients", "/activity?kind=add-clients&said=filter-dropped"),
        (f"/activity?colleague={NOBODY}", "/activity?said=filter-dropped"),
    ],
)
async def test_a_stale_filter_is_dropped_and_told(house: House, address: str, clean: str):
    http = await arrived(house.admin)
    answer = await http.get(address)
    assert (answer.status_code, answer.headers.get("location")) == (303, clean)
    assert "that filter was left out" in (await http.get(clean)).text


async def test_what_is_known_is_kept(house: House):
    http = await arrived(house.admin)
    for address in (
        f"/clients?owner={house.member.actor.colleague_id}&status=&sort=code&direction=descending",
        f"/activity?colleague={house.admin.actor.colleague_id}&state=finished&kind=",
    ):
        assert (await http.get(address)).status_code == 200, address
