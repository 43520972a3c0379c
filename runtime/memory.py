"""How a process that runs for weeks gives memory back.

The C library of most Linux systems (glibc) maps a large block by itself and unmaps it when it is freed, but raises what
it takes for large with every such block, up to 32 MiB. After the first long list, the next one is cut out of the heap,
and something small that is still in use beside it keeps all of it.
"""

import ctypes

LARGE = 1 << 20
"""Bytes: the lists of organisations and the longest pages. Smaller ones come too often to be mapped each time: from
128 KiB on, a pull costs 5 % more CPU time."""

_M_MMAP_THRESHOLD = -3
"""``mallopt``'s name for it, from glibc's ``malloc.h``; setting it also ends the raising (``man 3 mallopt``)."""


def give_back_large_blocks() -> bool:
    """Have blocks of ``LARGE`` bytes and more given back as soon as they are free.

    Returns:
        Whether this C library can; another one does as it does.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_M_MMAP_THRESHOLD, LARGE))
