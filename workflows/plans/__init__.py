"""How long, how often, how many at once, and which patches: nothing else in a workflow says so."""
