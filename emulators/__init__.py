"""Runnable stand-ins for the platforms, over real HTTP, to build and test against.

They import nothing of ours, on purpose: a stand-in that shared schemas with the client would share its bugs. What they
share among themselves is ``kit`` (how a stand-in works) and ``books`` (what the invented organisations have in theirs).
"""
