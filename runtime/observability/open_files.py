"""How many files and sockets a process may have open.

Linux's usual bound is 1,024, which a program may raise by itself. A process that reads two providers at once makes up
to 1,248 calls (``providers.kit.turns``), each with a socket of its own; one too many would look like a provider that
cannot be reached.
"""

import resource

ENOUGH = 4096


def allow_open_files(enough: int = ENOUGH) -> int:
    """Raise this process's bound, as far as the system lets it; it is never lowered.

    Args:
        enough: Files and sockets.

    Returns:
        The bound that holds now.
    """
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = enough if most == resource.RLIM_INFINITY else min(enough, most)
    if allowed == resource.RLIM_INFINITY or allowed >= wanted:
        return allowed
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted
