"""What changing one thing about rendered people does to a network: to its components, joints and clusters."""
