"""Whether a picture is of the kind that a bundle's people are, and how often that is told right."""
