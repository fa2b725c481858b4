// Pictures of people: asked for a few at a time, and kept as sheets.
import { hub } from './hub.js';

const AT_ONCE = 48;
const SHEETS = 40;
const PATIENCE = 6000; // milliseconds until a question is asked again

// Where pictures are kept. Small ones look the same in every colouring; beside large ones stand its words.
function shelfOf({ bundle, kind, colouring }, size) {
  return size === 'small' ? `${bundle}/${kind}/small/` : `${bundle}/${kind}/${colouring}/large/`;
}

// changed: called when pictures came. `state` below is how people are to be seen, as the server says it.
export function createAlbum(changed) {
  const album = { places: new Map(), sheets: [], asked: null, serial: 0, queue: null, single: null };

  album.find = (state, size, id) => album.places.get(shelfOf(state, size) + id);

  // Ask for what is not there; a large one goes first, as somebody points at it. The shelf is chosen when asking:
  // another kind may be shown when the answer comes.
  album.want = (state, size, ids) => {
    const request = { kind: state.kind, size, colour: state.colouring, ids, shelf: shelfOf(state, size) };
    if (size === 'large') album.single = request; else album.queue = request;
    album.next();
  };

  album.next = () => {
    if (!hub.say.pictures || (album.asked && performance.now() - album.asked.at < PATIENCE)) return;
    const request = album.single ?? album.queue;
    if (!request) return;
    const ids = request.ids.filter((id) => !album.places.has(request.shelf + id)).slice(0, AT_ONCE);
    if (request === album.single) album.single = null; else if (ids.length === 0) album.queue = null;
    if (ids.length === 0) { if (album.single ?? album.queue) album.next(); return; }
    album.asked = { serial: ++album.serial, at: performance.now(), request };
    const { kind, size, colour } = request;
    hub.tell('pictures', 'wanted', { serial: album.serial, kind, size, colour, ids });
  };

  album.receive = async ({ header, arrays }) => {
    if (!album.asked || header.serial !== album.asked.serial) return;
    const { shelf } = album.asked.request;
    const blob = new Blob([arrays.sheet ?? new Uint8Array()], { type: 'image/jpeg' });
    const sheet = arrays.sheet ? await createImageBitmap(blob) : null;
    header.ids.forEach((id, at) => {
      const place = { sheet, facts: header.facts[at], file: blob, tile: header.tile, kindWords: header.kindWords };
      place.left = (at % header.columns) * header.tile;
      place.top = Math.floor(at / header.columns) * header.tile;
      album.places.set(shelf + id, place);
    });
    header.missing.forEach((id) => album.places.set(shelf + id, { sheet: null, facts: '' }));
    album.sheets.push([sheet, [...header.ids, ...header.missing].map((id) => shelf + id)]);
    if (album.sheets.length > SHEETS) {
      const [oldest, keys] = album.sheets.shift();
      keys.forEach((key) => album.places.delete(key));
      oldest?.close();
    }
    album.asked = null;
    changed();
    album.next();
  };
  return album;
}
