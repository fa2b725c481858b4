"""What every explanation says of networks that never learned, beside the bundle's own."""
