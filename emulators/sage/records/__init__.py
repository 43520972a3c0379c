"""The books as Sage writes them: its field names, its words, its ids and its awkward businesses."""
