"""What the page says about the networks in the phone's browser."""

from typing import Any, Final

from dashboard.shared.numbers import points

INTRO: Final = (
    "The network runs where the camera is: in the browser of a phone or a laptop. Pictures stay there, "
    "nothing is sent anywhere, and the four skip connections are switched live, on the camera's picture, too."
)
OPEN: Final = "Open it here"
GLOSSARY: Final = "Skip connection, PCK"
"""Of glossary.TERMS, those that the page uses."""

MISSING: Final = (
    "What the browser needs is not there yet: `make phone` brings the runtime and exports the networks of "
    "the shipped bundles, some minutes in all. Then load this page again."
)
LOCAL: Final = (
    "This address is this machine's own. A phone in the same network gets one from `make dashboard-lan`, "
    "with a certificate, without which browsers give no camera. An Android phone on a cable sees this very "
    "address after `adb reverse tcp:{port} tcp:{port}`."
)
INSECURE: Final = (
    "Over this address a phone can open pictures and no camera, which browsers give over HTTPS only: "
    "`make dashboard-lan` makes a certificate and serves with it."
)
SCAN: Final = "Scan it with the phone's camera: {url}"
CODE_ALT: Final = "QR code of the address {url}"
MEASURED_TITLE: Final = "What phones took"
MEASURED: Final = (
    "Milliseconds of the network alone, of one picture, as the phone's page measured them; the networks of a "
    "phone took turns."
)
TABLE: Final = "Networks for the browser"


def refused(row: dict[str, Any]) -> str:
    """Why a network in eight bits is not offered."""
    pck = row["pck"]
    differs, low, high = (points(pck[key], sign=True) for key in ("difference", "low", "high"))
    return (
        f"{row['name']} is not offered: over {pck['people']} people its PCK differs by "
        f"{differs} points ({low} to {high}) from the same "
        "network's in full, and the lower end has to lie above −1.0."
    )
