"""Clusters that are learned, for every K: stable or not, apart or not, beside people without structure."""
