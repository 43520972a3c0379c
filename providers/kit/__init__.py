"""Building blocks for providers: HTTP, clocks, greatest sizes of answers, and the fair semaphore."""
