"""Results, the arithmetic on them, and how they are shown and written down."""
