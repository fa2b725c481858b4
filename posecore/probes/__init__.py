"""What can be read off the latents."""
