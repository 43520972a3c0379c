"""Every pure decision of the product: the same input always gives the same answer.

A rule uses no database, no network and no clock. Callers hand in what it needs, and carry out what it decides.
"""
