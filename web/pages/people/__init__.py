"""Pages about a practice's people: team, hand-over, access, outbox."""
