"""A body: its proportions, its pose, its flesh."""
