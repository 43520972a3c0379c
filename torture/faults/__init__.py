"""What goes wrong, and when: the plan, which is a pure function of its seed, and what carries it out."""
