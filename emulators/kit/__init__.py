"""What stand-ins share: clock, counters, keys and pages. Knows no platform."""
