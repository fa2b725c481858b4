"""Two bundles over the people of both."""
