"""How values of closed sets, and the accounting software, are called before people."""
