"""What the theses' claims need beside the other studies: neighbours' poses, complete people, sizes,
squeezing."""
