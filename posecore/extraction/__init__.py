"""From a network and a data folder to a bundle."""
