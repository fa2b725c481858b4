"""The page Compression."""
