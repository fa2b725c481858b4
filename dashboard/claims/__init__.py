"""Claims: what the two theses say, and what held here."""
