"""Decisions of runs: what may be chosen, what a sign-in can do, and how a run has ended."""
