"""What a whole market of practices takes: computed from measured costs, and one night simulated."""
