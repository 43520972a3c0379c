"""Decisions of the nightly check: when it begins, what a look means, and who is told."""
