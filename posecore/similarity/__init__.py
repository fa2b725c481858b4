"""How alike two networks are: their layers, and their maps of the same people."""
