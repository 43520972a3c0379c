"""A machine that cannot run the embedded servers says so in a sentence, with what to do."""

import pytest

from runtime.embedded.machine import DISK, MEMORY, check_machine
from runtime.embedded.processes import ProcessFailedError


def test_a_machine_with_room_is_fine(tmp_path):
    check_machine(tmp_path, platform="linux", disk=DISK, memory=MEMORY)


@pytest.mark.parametrize(
    ("machine", "sentence"),
    [
        ({"platform": "darwin"}, "run on Linux only"),
        ({"disk": 3 << 20}, "3 MB are free in .*CLIENTSYNC_DATA_DIR"),
        ({"rights": 0b1000000}, r"no right here .*\(DAC_OVERRIDE, SETUID, SETPCAP\): start this as another user"),
        ({"memory": 64 << 20}, "64 MB of memory are free, and 800 MB are needed"),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(tmp_path, machine, sentence):
    with pytest.raises(ProcessFailedError, match=sentence):
        check_machine(tmp_path, **{"platform": "linux", "disk": DISK, "memory": MEMORY} | machine)
