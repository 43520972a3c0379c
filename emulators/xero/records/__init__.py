"""The books as Xero writes them: its field names, its words, its ids and its awkward organisations."""
