"""What is around a person: backdrop, things, light, and where the camera stands."""
