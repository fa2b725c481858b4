"""The page Phone."""
