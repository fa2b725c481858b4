"""Clusterings of everybody for a range of K."""
