"""The report: what the pages show of a bundle, as one file to hand over. It stands above the pages."""
