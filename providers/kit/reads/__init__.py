"""Reading lists: what has come of one, and what several of an organisation need of one another."""
