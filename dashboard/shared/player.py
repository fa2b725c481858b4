"""A walk to play: one stop large, a slider and a button. All stops are in the browser, so that playing asks
the server for nothing and no picture waits for another."""

import base64
from collections.abc import Sequence
from typing import Final, NamedTuple

import streamlit as st

from posecore import drawing

HTML: Final = """
<section>
  <div class="tiles"></div>
  <div class="bar">
    <button type="button">Play</button>
    <input type="range" min="0" step="1" aria-label="Stop of the walk">
    <output></output>
  </div>
  <p class="words" aria-live="polite"></p>
</section>
"""

CSS: Final = """
section { color: var(--st-text-color); font-family: var(--st-font); font-size: 0.875rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 0.75rem;
  max-width: 68rem; }
figure { margin: 0; }
figcaption { margin-bottom: 0.25rem; min-height: 2.6em; display: flex; align-items: end; }
.pictures { position: relative; aspect-ratio: 1; background: var(--st-secondary-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius); overflow: hidden; }
img { position: absolute; inset: 0; width: 100%; height: 100%; visibility: hidden; }
img.shown { visibility: visible; }
.bar { display: flex; gap: 0.75rem; align-items: center; margin: 0.75rem 0 0.25rem; max-width: 68rem; }
input { flex: 1; min-width: 0; accent-color: var(--st-primary-color); }
button { min-width: 5.5rem; padding: 0.4rem 0.75rem; font: inherit; color: inherit; cursor: pointer;
  background: var(--st-background-color); border: 1px solid var(--st-border-color);
  border-radius: var(--st-button-radius); }
button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
output { min-width: 5.5rem; font-weight: 600; white-space: nowrap; }
.words { margin: 0; min-height: 4.5em; max-width: 68rem; }
"""

JS: Final = """
const players = new WeakMap();
export default function ({ data, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector);
  const tiles = find('.tiles'), button = find('button'), slider = find('input');
  const state = players.get(parentElement) ?? { at: -1, way: 1, timer: null };
  players.set(parentElement, state);
  const last = data.stops.length - 1;
  if (state.last !== last) state.at = data.first;
  state.last = last;
  tiles.replaceChildren(...data.titles.map((title, tile) => {
    const figure = document.createElement('figure'), pictures = document.createElement('div');
    const caption = document.createElement('figcaption');
    caption.textContent = title;
    pictures.className = 'pictures';
    data.stops.forEach((stop) => {
      const image = document.createElement('img');
      image.src = stop.pictures[tile];
      image.alt = `${title}, ${stop.name}`;
      pictures.append(image);
    });
    figure.append(caption, pictures);
    return figure;
  }));
  const show = (at) => {
    state.at = at;
    tiles.querySelectorAll('.pictures').forEach((pictures) =>
      [...pictures.children].forEach((image, index) => image.classList.toggle('shown', index === at)));
    slider.value = at;
    slider.setAttribute('aria-valuetext', data.stops[at].name);
    find('output').textContent = data.stops[at].name;
    find('.words').textContent = data.stops[at].words;
  };
  const pause = () => {
    clearInterval(state.timer);
    state.timer = null;
    button.textContent = 'Play';
    find('.words').setAttribute('aria-live', 'polite');
  };
  const play = () => {
    button.textContent = 'Pause';
    // Words that change by themselves would be read out without end.
    find('.words').setAttribute('aria-live', 'off');
    state.timer = setInterval(() => {
      // To and fro, so that no end of the walk jumps to the other.
      if (state.at + state.way > last || state.at + state.way < 0) state.way = -state.way;
      show(state.at + state.way);
    }, 700);
  };
  slider.max = last;
  slider.oninput = () => { pause(); show(Number(slider.value)); };
  button.onclick = () => (state.timer ? pause() : play());
  const playing = state.timer !== null;
  pause();
  show(state.at);
  if (playing) play();
  return () => clearInterval(state.timer);
}
"""

_player = st.components.v2.component("walk_player", html=HTML, css=CSS, js=JS)


class Frame(NamedTuple):
    """What is seen at a stop. name: where it is, in a few words. pictures: one per title of the player."""

    name: str
    words: str
    pictures: Sequence[drawing.Picture]


def player(titles: Sequence[str], frames: Sequence[Frame], key: str, first: int | None = None) -> None:
    """Show the stops. first: which one is shown first, from 0, by default the middle one."""
    stops = [
        {"name": frame.name, "words": frame.words, "pictures": [_uri(picture) for picture in frame.pictures]}
        for frame in frames
    ]
    _player(
        data={"titles": list(titles), "stops": stops, "first": len(stops) // 2 if first is None else first},
        key=key,
    )


def _uri(picture: drawing.Picture) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(drawing.jpeg(picture)).decode()}"
