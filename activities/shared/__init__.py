"""What activities share: tokens, errors, patience."""
