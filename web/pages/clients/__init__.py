"""Pages of clients: the list, one client, its standard information and its history."""
