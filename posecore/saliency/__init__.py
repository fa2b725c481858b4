"""Where a network looks: maps of what in a picture a heatmap's cell depends on, and checks of such maps."""
