"""Every pure decision of the product: values in, values out, the same answer whenever it is asked.

No database, no network, no clock: what a rule needs is handed in, and what it says is carried out elsewhere.
"""
