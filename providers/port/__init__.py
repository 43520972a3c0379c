"""What every provider is to us: its calls, its values and its errors."""
