"""How a process that runs for weeks returns memory to the system, and how often it looks for unused objects.

The C library of most Linux systems (glibc) maps a large block separately and unmaps it when it is freed. But each time,
it raises the size from which a block counts as large, up to 32 MiB. After the first long list, the next one comes out
of the heap, and one small object that is still in use beside it keeps all of that memory.
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
    """Make the C library unmap blocks of ``LARGE`` bytes and more as soon as they are freed.

    Returns:
        Whether this C library supports that; others are left as they are.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_M_MMAP_THRESHOLD, LARGE))


OF_PAGES = 100_000
"""The same in the web backend: a page that lists 2,000 organisations makes fewer. Looking took half of its time, since
each look went through all that is imported too."""


def look_for_cycles_less_often(young_objects: int = YOUNG_OBJECTS) -> None:
    """Look for reference cycles only after many new objects, and never among existing ones.

    Call it when everything is built.

    Args:
        young_objects: How many new ones.
    """
    gc.freeze()
    gc.set_threshold(young_objects, 20, 100)
