"""Groups of people by their latents: methods, silhouettes, and whether to believe them."""
