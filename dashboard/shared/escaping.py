"""Sentences that hold what a stranger wrote, in a link or a file, as pages may show them."""

import re
from typing import Final

_CODE: Final = re.compile(r"(`[^`\n]+`)")
_MARKS: Final = re.compile(r"[\\`*_\[\]<!$]")


def escaped(text: str) -> str:
    """In Markdown, where nothing in it becomes a picture, a link or anything else but code, such as the
    commands in our sentences: whatever stands in code is shown as it is."""
    parts = _CODE.split(text)
    return "".join(part if at % 2 else _MARKS.sub(r"\\\g<0>", part) for at, part in enumerate(parts))
