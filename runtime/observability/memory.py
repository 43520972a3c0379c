"""How a process that runs for weeks gives memory back, and how often it looks for what it can give back.

The C library of most Linux systems (glibc) maps a large block by itself and unmaps it when it is freed, but raises what
it takes for large with every such block, up to 32 MiB. After the first long list, the next one is cut out of the heap,
and something small that is still in use beside it keeps all of it.
"""

import ctypes
import gc

LARGE = 1 << 20
"""Bytes: the lists of organisations and the longest pages. Smaller ones come too often to be mapped each time: from
128 KiB on, a pull costs 5 % more CPU time."""

_M_MMAP_THRESHOLD = -3
"""``mallopt``'s name for it, from glibc's ``malloc.h``; setting it also ends the raising (``man 3 mallopt``)."""

YOUNG_OBJECTS = 400_000
"""Objects made before the next look for cycles among them. A page of contacts is many objects that live long enough to
be looked at and hold no cycles: at Python's own 700 that looking took a third of a pull's time."""


def give_back_large_blocks() -> bool:
    """Have blocks of ``LARGE`` bytes and more given back as soon as they are free.

    Returns:
        Whether this C library can; another one does as it does.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_M_MMAP_THRESHOLD, LARGE))


def look_for_cycles_less_often() -> None:
    """Look for cycles every ``YOUNG_OBJECTS``, and never among what there is already; call it when all is built."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 100)
