"""Whether explanations hold: what the pages say, held against networks that never learned."""
