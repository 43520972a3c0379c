"""``clientsync demo``: the main job from the first click to the report, on this machine, checked at the end.

Whatever a person does, it does over HTTP, through the pages and calls that people and other backends use; only what
an administrator sets up beforehand (practice, colleagues, teams) goes through the one door directly.
"""

FEWEST = 16
"""With fewer organisations of the stand-in, not everybody finds a part."""
