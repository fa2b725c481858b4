"""Where `make phone` puts what the page in the phone's browser needs."""

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "static" / "phone" / "made"
