"""Practices: the firms, their colleagues and teams."""
