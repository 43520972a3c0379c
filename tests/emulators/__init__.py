"""The stand-ins, tested as their clients meet them: over HTTP."""
