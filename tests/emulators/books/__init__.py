"""The invented books, before any platform writes them."""
