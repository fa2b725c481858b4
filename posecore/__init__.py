"""Human pose estimation with a stacked hourglass, and the means to question it."""

__version__ = "0.1.0"
