"""Runs: one bulk operation each, and what became of each organisation in it."""
