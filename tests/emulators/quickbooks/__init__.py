"""The stand-in for QuickBooks, over real HTTP, against what Intuit's documents say."""
