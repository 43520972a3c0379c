"""The API's calls on clients: the list and its saved views, one client, its standard information, exports."""
