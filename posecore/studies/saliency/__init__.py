"""Which maps of where a network looks can be trusted: checks of every method over many people."""
