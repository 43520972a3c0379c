"""Sage's own calls: the person, the businesses that a sign-in reaches, and the reads of a business's books."""
