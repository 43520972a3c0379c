"""Benchmarks, side by side in one run: the product beside a bare script on the same servers and the same data.

Ratios count, since machines differ; a number from one machine is nobody's promise. Nothing of the product may import
from here, and nothing here may change what the product does.
"""
