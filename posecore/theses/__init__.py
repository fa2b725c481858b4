"""What the two theses claim, and how each claim is judged on stored studies."""
