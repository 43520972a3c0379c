"""The judge: reads database, platform and histories by itself, and says what is lost, doubled, stuck or untrue.

It shares no code with the product, so that no mistake of the product's can hide in what it is judged by: what a stage,
an outcome or a list is stands here once more, in plain words. ``tests/test_architecture.py`` keeps it so.
"""
