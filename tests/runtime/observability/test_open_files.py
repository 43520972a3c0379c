"""How many files a process may have open."""

import resource
from collections.abc import Iterator

import pytest

from runtime.observability.open_files import allow_open_files


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def bound() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@pytest.mark.parametrize(("before", "enough", "after"), [(300, 400, 400), (300, 200, 300)])
def test_the_bound_is_raised_and_never_lowered(before: int, enough: int, after: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (before, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    assert allow_open_files(enough) == bound() == after


def test_where_the_system_lets_it_have_less_it_has_that(monkeypatch: pytest.MonkeyPatch) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, most))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (300, 350))
    monkeypatch.setattr(resource, "setrlimit", lambda _, bounds: told.append(bounds))
    told: list[tuple[int, int]] = []
    assert allow_open_files(400) == 350
    assert told == [(350, 350)]
