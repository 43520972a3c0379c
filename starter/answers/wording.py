"""How numbers are said."""


def number(value: int) -> str:
    """``1,234``."""
    return f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 client``, ``1,234 clients``; ``many`` where an s is not enough."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"
