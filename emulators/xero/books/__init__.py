"""What is in the organisations' books: generated from a seed, the same every time, changeable by control.

Knows nothing of HTTP, tokens or faults.
"""
