"""Notices: what is to be mailed, written with the effect that it tells of."""
