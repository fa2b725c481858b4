"""Charts that can be kept as pictures, and tables that can be kept as CSV."""

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


def tabled(title: str, table: "pd.DataFrame", name: str) -> None:
    """A table that opens on a click, and the same as a CSV file called `name`."""
    from pandas.api.types import is_float_dtype

    with st.expander(title, icon=":material/table:"):
        number = st.column_config.NumberColumn(format="%.3g")
        numbers = {str(name): number for name in table.columns if is_float_dtype(table[name])}
        st.dataframe(table, hide_index=True, column_config=numbers, placeholder="not known", alt=title)
        st.download_button(
            "CSV",
            lambda: table.to_csv(index=False),
            f"{name}.csv",
            "text/csv",
            key=f"_{name}_csv",
            icon=":material/download:",
            on_click="ignore",
        )


def chart(figure: "go.Figure", key: str, alt: str, image_format: str = "svg") -> None:
    """A figure that can be kept as a picture, svg or png."""
    image = {"format": image_format, "filename": key.replace("_", "-")}
    st.plotly_chart(figure, key=key, config={"displaylogo": False, "toImageButtonOptions": image}, alt=alt)
