"""Proof under fire: the whole product as processes, people at work, and everything going wrong by a seeded plan.

What is found out in the end is judged by ``torture.checker``, which shares no code with the product.
"""
