"""Colleagues at work: who they are, and how they reach the product."""
