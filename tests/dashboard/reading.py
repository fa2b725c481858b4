"""What a page says and draws."""

import json

from streamlit.testing.v1 import AppTest


def words(app: AppTest) -> str:
    """All its running text."""
    messages = (app.info, app.success, app.warning, app.error)
    blocks = (app.title, app.subheader, app.markdown, app.caption, *messages)
    return "\n".join(str(element.value) for block in blocks for element in block)


def figures(app: AppTest) -> list[dict]:
    return [json.loads(element.proto.spec) for element in app.get("plotly_chart")]
