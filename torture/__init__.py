"""Runs the whole product as processes, with people at work, while faults and kills follow a seeded plan.

Afterwards ``torture.checker``, which shares no code with the product, judges what is left.
"""
