"""Browsers that come back from a sign-in elsewhere."""
