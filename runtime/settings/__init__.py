"""Settings, time zone rules, and errors that keep a process from starting."""
