"""What happens, in what order, and what is waited for; no I/O.

A workflow here reads as a table of contents. Decisions are pure functions in ``planning``, waiting times are in
``policies``, and what support staff read about a run is written in ``briefing``.
"""
