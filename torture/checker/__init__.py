"""The judge: reads the database, the stand-in and Temporal, and reports what is lost, doubled, stuck or untrue.

It shares no code with the product, so that a mistake of the product cannot hide in its judge. It defines anew what a
stage, an outcome or a list is; ``tests/test_architecture.py`` enforces that.
"""
