"""How refresh tokens live, by policy: no grace, stable for a day, a hard end, reuse."""

import pytest

from emulators.kit.clock import Clock
from emulators.kit.oauth.grants import Consent, Grants
from emulators.kit.oauth.policies import NewerConsent, Owner, Policies, RefreshTokens, Reuse

HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400


class Line:
    """The grants of one platform, and the refresh tokens of one person."""

    def __init__(self, **rules: object) -> None:
        self.clock = Clock(lambda: 1_700_000_000.0)
        usual: dict[str, object] = {"idle": 100 * DAY}
        self.policies = Policies(refresh=RefreshTokens(**(usual | rules)))  # type: ignore[arg-type]  # by the test
        self.grants = Grants(self.clock, self.policies)

    def consent(self, person: str = "ann", organisation: str | None = None) -> Consent:
        return Consent(person, ("books",), "event", int(self.clock.now()), "session", organisation_id=organisation)

    def start(self) -> str:
        return self.grants.start(self.consent())[1] or ""

    def next(self, token: str) -> str | None:
        rotated = self.grants.rotate(token)
        return rotated.current if rotated else None


def test_without_grace_a_used_token_is_dead_at_once() -> None:
    line = Line()
    first = line.start()
    second = line.next(first)
    assert second not in (None, first)
    assert line.next(first) is None
    assert line.next(second or "") is not None, "the newer one is none the worse"


def test_reuse_may_end_the_grant() -> None:
    line = Line(reuse=Reuse.ENDS_GRANT)
    consent = line.consent()
    grant_id, first = line.grants.start(consent)
    line.grants.remember_access("access", consent, grant_id)
    second = line.next(first or "")
    third = line.next(second or "")
    assert line.next(first or "") is None, "however long ago it was the current one"
    assert line.next(third or "") is None
    access = line.grants.access("access")
    assert access is not None
    assert access.is_revoked


def test_a_token_that_is_stable_for_a_day_is_given_back_and_then_superseded() -> None:
    line = Line(stable=DAY)
    first = line.start()
    for _ in range(23):
        line.clock.advance(HOUR)
        assert line.next(first) == first
    line.clock.advance(HOUR)
    second = line.next(first)
    assert second not in (None, first)
    assert line.next(first) is None, "superseded"
    assert line.next(second or "") == second


def test_a_superseded_token_may_have_a_grace_in_which_it_gives_the_same() -> None:
    line = Line(stable=DAY, grace=DAY)
    first = line.start()
    line.clock.advance(DAY)
    second = line.next(first)
    line.clock.advance(DAY - 1)
    assert line.next(first) == second
    line.clock.advance(1)
    assert line.next(first) is None


def test_using_a_stable_token_keeps_it_from_dying_of_age() -> None:
    line = Line(idle=2 * HOUR, stable=DAY)
    first = line.start()
    line.clock.advance(2 * HOUR - 1)
    assert line.next(first) == first
    line.clock.advance(2 * HOUR - 1)
    assert line.next(first) == first
    line.clock.advance(2 * HOUR)
    assert line.next(first) is None


def test_the_hard_end_is_not_put_off_by_using_it() -> None:
    line = Line(hard_end=5 * YEAR)
    consent = line.consent()
    token = line.grants.start(consent)[1]
    for _ in range(5 * 365 - 1):
        line.clock.advance(DAY)
        token = line.next(token or "")
    assert (line.grants.hard_left(consent), line.grants.refresh_left(consent)) == (DAY, DAY)
    line.clock.advance(DAY)
    assert (line.next(token or ""), line.grants.living("ann")) == (None, None)


def test_a_newer_consent_may_stand_beside_the_older() -> None:
    line = Line()
    line.policies = Policies(refresh=line.policies.refresh, newer_consent=NewerConsent.STANDS_BESIDE)
    line.grants = Grants(line.clock, line.policies)
    older, newer = line.start(), line.start()
    assert line.next(older)
    assert line.next(newer)
    assert len(line.grants.token_sets()) == 2


@pytest.mark.parametrize("ends_access", [True, False])
def test_a_superseded_grant_may_take_its_access_tokens_along(ends_access: bool) -> None:
    line = Line()
    line.policies = Policies(refresh=line.policies.refresh, ends_superseded_access=ends_access)
    line.grants = Grants(line.clock, line.policies)
    consent = line.consent()
    grant_id, older = line.grants.start(consent)
    line.grants.remember_access("access", consent, grant_id)
    line.start()
    assert line.next(older or "") is None
    access = line.grants.access("access")
    assert access is not None
    assert access.is_revoked is ends_access


def test_grants_of_organisations_are_apart() -> None:
    line = Line()
    line.policies = Policies(refresh=line.policies.refresh, owner=Owner.ORGANISATION)
    line.grants = Grants(line.clock, line.policies)
    one = line.grants.start(line.consent("ann", "one"))[1]
    two = line.grants.start(line.consent("ann", "two"))[1]
    taken = line.grants.start(line.consent("ben", "one"))[1]
    assert line.next(one or "") is None, "taken over"
    assert line.next(two or "")
    assert line.next(taken or "")
    living = line.grants.living("one")
    assert living is not None
    assert living.person_id == "ben"


def test_what_was_saved_before_grants_had_ids_is_put_back() -> None:
    line = Line()
    token = line.start()
    (kept,) = line.grants.token_sets()
    kept.grant_id = ""
    again = Grants(line.clock, line.policies)
    again.restore([kept], {}, {})
    assert again.rotate(token)
