"""Clusters that are asked for: the question, who is asked, the answer, and what is cached of it."""
