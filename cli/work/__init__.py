"""Commands of colleagues, each turning arguments into a call of ``Operations``."""
