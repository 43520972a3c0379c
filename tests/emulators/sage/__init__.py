"""The stand-in for Sage, over real HTTP, against what Sage's documents say."""
