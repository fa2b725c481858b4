"""The page Skip lab."""
