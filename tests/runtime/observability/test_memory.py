"""Large blocks are given back, also after larger ones."""

import ctypes
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="another C library, which gives memory back in its own way"
)

PROGRAM = """
import ctypes
from runtime.observability.memory import give_back_large_blocks

class Info(ctypes.Structure):
    _fields_ = [(f"size_{place}", ctypes.c_size_t) for place in range(10)]

def mapped_alone():
    read = ctypes.CDLL(None).mallinfo2
    read.restype = Info
    return read().size_4  # hblkhd: bytes in blocks that are mapped by themselves

{prepare}
larger = bytes(8 << 20)
del larger
before = mapped_alone()
large = bytes(4 << 20)
print(mapped_alone() - before >= 4 << 20)
"""


@pytest.mark.parametrize(("prepare", "is_given_back"), [("", False), ("assert give_back_large_blocks()", True)])
def test_a_block_after_a_larger_one(prepare: str, is_given_back: bool) -> None:
    program = PROGRAM.replace("{prepare}", prepare)
    untouched = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    told = subprocess.run([sys.executable, "-c", program], env=untouched, check=True, capture_output=True, text=True)
    assert told.stdout.strip() == str(is_given_back)
