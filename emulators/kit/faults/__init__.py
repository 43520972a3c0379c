"""What goes wrong on purpose: which faults are active, and how the answer to a call goes wrong then."""
