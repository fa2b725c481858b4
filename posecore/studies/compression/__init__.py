"""Compressed networks beside the dense one, over the same people: what they find and cost, whom they lose."""
