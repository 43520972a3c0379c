"""What providers are built with: HTTP, clocks, bounds of answers, and fair turns."""
