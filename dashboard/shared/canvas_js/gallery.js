// The people of a selection as buttons; a click opens one.
import { hub } from './hub.js';
import { readPacket } from './packet.js';

const galleries = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const { header, arrays } = readPacket(data);
  const list = parentElement.querySelector('.gallery');
  const before = galleries.get(list);
  hub.say.gallery = setTriggerValue;
  if (before?.serial !== header.serial) {
    if (before) URL.revokeObjectURL(before.url);
    const now = { serial: header.serial, url: URL.createObjectURL(new Blob([arrays.sheet], { type: 'image/jpeg' })) };
    galleries.set(list, now);
    const { columns, tile, kind } = header, rows = Math.ceil(header.ids.length / columns);
    list.replaceChildren(...header.ids.map((id, at) => {
      const button = document.createElement('button'), picture = document.createElement('span');
      button.type = 'button';
      button.dataset.person = id;
      picture.setAttribute('role', 'img');
      picture.setAttribute('aria-label', `${kind} of ${id}`);
      // The sheet as a background, moved so that only this person's tile is seen.
      Object.assign(picture.style, {
        width: `${tile}px`, height: `${tile}px`, backgroundImage: `url(${now.url})`,
        backgroundSize: `${columns * tile}px ${rows * tile}px`,
        backgroundPosition: `${-(at % columns) * tile}px ${-Math.floor(at / columns) * tile}px`,
      });
      const text = document.createElement('small');
      text.append(id, document.createElement('br'), header.facts[at]);
      button.append(picture, text);
      button.onclick = () => hub.tell('gallery', 'picked', id);
      return button;
    }));
  }
  for (const button of list.children) {
    button.setAttribute('aria-pressed', String(button.dataset.person === header.person));
  }
  return () => { URL.revokeObjectURL(galleries.get(list)?.url); galleries.delete(list); delete hub.say.gallery; };
}
