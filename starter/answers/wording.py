"""Numbers as people read them."""


def number(value: int) -> str:
    """A number with thousands separators: ``1,234``."""
    return f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun: ``1 client``, ``1,234 clients``; ``many`` where the plural is not formed by an s."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"
