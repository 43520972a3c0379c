"""Until a choice is accepted: what is listed, how people choose, and what is refused."""
