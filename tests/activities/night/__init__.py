"""Tests of what the night asks for."""
