"""Names as other systems wrote them, made fit for every table, file and terminal."""

import re
from typing import Final

_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    """`text` with control characters and surrogates escaped, such as `caf\\udce9.jpg`; all else as it is.

    A surrogate stands for a byte of a name that is not UTF-8: the file opens, but no table can hold the name.
    """
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
