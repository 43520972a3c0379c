"""What every provider offers: its calls, its values and its errors."""
