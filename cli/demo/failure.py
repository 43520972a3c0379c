"""What ends the demo early, in a sentence for people."""


class DemoError(Exception):
    """The demo cannot go on; the message says why."""
