"""``clientsync demo``: *Add clients* from the first click to the report, on this machine, checked at the end.

What a person does goes over HTTP, through the pages and calls that people and other backends use. Only what an
administrator sets up beforehand (practice, colleagues, teams) calls the operations directly.
"""

FEWEST = 16
"""With fewer organisations of the stand-in, not everybody finds a part."""
