"""What a page says and draws."""

import json

from streamlit.testing.v1 import AppTest


def words(app: AppTest) -> str:
    blocks = (app.markdown, app.caption, app.info, app.warning, app.error, app.subheader)
    return "\n".join(str(element.value) for block in blocks for element in block)


def figures(app: AppTest) -> list[dict]:
    return [json.loads(element.proto.spec) for element in app.get("plotly_chart")]
