"""The command line, ``clientsync``.

Each command turns its arguments into a call of ``Operations`` and prints the result.
"""
