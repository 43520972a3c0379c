"""Pages about the people of a practice: team, hand-over, access, and what they are mailed."""
