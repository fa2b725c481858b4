"""What each part of a network knows of people, by a linear readout."""
