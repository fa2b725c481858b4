"""Parts of a page that run alone, so that what is in them is answered without the rest of the page."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

P = ParamSpec("P")


def runs_alone(part: Callable[P, None]) -> Callable[P, None]:
    """`st.fragment` that a run of the page which a newer one has overtaken leaves alone.

    Streamlit lets both go on until the older one draws its next element. One that comes out of a long
    computation straight into a fragment would first put its own arguments in the newer run's place: a click
    would then be answered for the picture before. So an element is drawn first.
    """
    fragment = st.fragment(part)

    @wraps(part)
    def called(*args: P.args, **kwargs: P.kwargs) -> None:
        with st.container():
            fragment(*args, **kwargs)

    return called
