"""The Xero sandbox, tested as its clients meet it: over HTTP."""
