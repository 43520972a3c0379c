"""Process wiring: settings, keys, the Temporal connection, logging and the embedded servers.

Every process of the product starts here. Nothing in this room knows what the product does: it imports no other room
of ours, and names that belong to the domain (search attributes, task queues, commands) are handed in.
"""
