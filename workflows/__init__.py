"""What happens, in what order, and what is waited for; workflows do no I/O.

A workflow's ``run`` reads as a table of contents. Decisions are pure functions in ``rules``, waiting times are in
``plans.policies``, and ``support`` writes what support staff read about a run.
"""
