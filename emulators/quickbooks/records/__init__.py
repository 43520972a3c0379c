"""The books as QuickBooks writes them: its entities and field names, its words, its ids and its awkward companies."""
