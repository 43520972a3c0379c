"""The Accounting reads."""
