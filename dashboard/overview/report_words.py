"""What the Overview says of the report."""

from typing import Final

TITLE: Final = "A report to hand over"
ABOUT: Final = (
    "What the pages show of this bundle as one HTML file: the network and its scores, the theses' claims, "
    "every page's sentence and main picture, the ledger, and how to make it again. It opens without a "
    "network and prints on A4; it holds no picture of anybody."
)
MAKE: Final = "Make the report"
AGAIN: Final = "Make it again"
TAKE: Final = "The report as a file"
BUSY: Final = "A report is being made for somebody else; try again in a minute."


def under_way(part: str) -> str:
    """How far it is. part: what is put into it now; empty as long as it only begins."""
    return f"The report is made: {part}" if part else "The report is begun"


def failed(problem: str) -> str:
    """Why there is none. problem: as its process said it; empty where it said nothing."""
    return f"The report could not be made. {problem}" if problem else "The report could not be made."
