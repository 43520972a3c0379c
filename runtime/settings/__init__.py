"""What a process is told: settings, rules of time zones, and what keeps it from starting."""
