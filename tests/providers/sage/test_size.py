"""What differs at one platform stays a small part of the product: the rest is shared."""

from providers import sage
from tests.house import ROOT

MOST, MOST_OF_ONE = 1_200, 200


def test_it_is_small_and_so_is_each_module() -> None:
    files = (ROOT / sage.__name__.replace(".", "/")).rglob("*.py")
    lines = {file.name: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert sum(lines.values()) < MOST
    assert max(lines.values()) <= MOST_OF_ONE, lines
