"""The page PC walk."""
