"""Writes small files that only their owner may read; a file is written completely or not at all."""

import os
from pathlib import Path


def write_private(file: Path, text: str) -> None:
    """Write a secret to a file with mode 0600; a crash in between leaves the old state.

    Args:
        file: The file; replaced if it exists.
        text: The secret.
    """
    fresh = file.with_name(file.name + ".incomplete")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)
        output.flush()
        os.fsync(output.fileno())
    fresh.replace(file)
