"""Principal components of latents: fitted, walked along, and judged against chance and real people."""
