"""How many components the pose needs."""
