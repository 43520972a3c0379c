"""What every process needs: settings, keys, the Temporal connection, logging and the embedded servers.

Nothing in this room knows what the product does. It imports no other room of ours, and callers hand in names of the
domain (search attributes, task queues, commands).
"""
