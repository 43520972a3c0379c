"""How fast the pages are: what the server takes for each at 2,000 clients, and how the long lists feel in a browser."""
