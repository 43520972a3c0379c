"""One module for each noun of the command line; each turns arguments into a call of ``Operations`` and prints."""
