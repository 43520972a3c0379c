"""Benchmarks: the product compared with a bare script, in one run, on the same servers and the same data.

Only ratios count, because machines differ. Nothing of the product may import from here, and nothing here may change
what the product does.
"""
