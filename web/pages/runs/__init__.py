"""Pages of runs: started, waited for, chosen in, reported on."""
