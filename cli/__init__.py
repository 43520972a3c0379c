"""The command line: ``clientsync``. Each command turns arguments into a call of ``Operations``, and prints."""
