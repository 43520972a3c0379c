"""Pages of runs: start, wait, choose, report."""
