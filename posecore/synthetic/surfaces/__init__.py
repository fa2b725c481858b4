"""Colours and patterns of what is seen."""
