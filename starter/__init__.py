"""Every operation that a colleague, a program or an operator may ask for, and who may ask for it.

This room reads models, starts and signals workflows, and takes part in sign-ins. It never calls an activity, never
reads a provider's data and never decides the outcome of an organisation; workflows do that.
"""
