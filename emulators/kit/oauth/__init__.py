"""Sign-in: pages, codes, tokens, grants. A platform's policies say how strict it is and how long things last."""
