"""What all stand-ins share: clock, limits, faults, sign-in, control and pages. It knows no platform."""
