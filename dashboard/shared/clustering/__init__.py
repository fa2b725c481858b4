"""A clustering that is asked for: its question, its answer, and what is kept of it."""
