"""The only I/O that a workflow can ask for, one module for each noun.

An activity commits its effect and the record of it in one transaction, so that running it again is harmless. It must
not decide the order of things: that is the workflows' part.
"""
