"""Decisions about lists: what is read when, what changed, and what is asked for once more before it is believed."""
