"""Everything that a person or a script touches: the command line, the JSON API, and the one door behind both.

Reads models, starts and signals workflows, and takes part in sign-ins. It never calls an activity, never reads a
provider's data and never decides what becomes of an organisation: workflows do.
"""
