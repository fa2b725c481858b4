// Pictures of people: asked for a few at a time, kept as sheets, thinned on the map so that none covers another.
const THUMBNAIL = 50; // pixels of the page
const APART = 3;
const AT_ONCE = 48;
const SHEETS = 40;
const PATIENCE = 6000; // milliseconds until a question is asked again

function createAlbum(changed) {
  const album = { places: new Map(), sheets: [], asked: null, serial: 0, queue: null, single: null };

  album.find = (key) => album.places.get(key);

  // Ask for what is not there; `single` goes first, as somebody points at it.
  album.want = (request) => {
    if (request.size === 'large') album.single = request; else album.queue = request;
    album.next();
  };

  album.next = () => {
    if (!hub.say.pictures || (album.asked && performance.now() - album.asked.at < PATIENCE)) return;
    const request = album.single ?? album.queue;
    if (!request) return;
    const ids = request.ids.filter((id) => !album.places.has(request.key(id))).slice(0, AT_ONCE);
    if (request === album.single) album.single = null; else if (ids.length === 0) album.queue = null;
    if (ids.length === 0) { if (album.single ?? album.queue) album.next(); return; }
    album.asked = { serial: ++album.serial, at: performance.now(), request };
    const { kind, size, colour } = request;
    hub.tell('pictures', 'wanted', { serial: album.serial, kind, size, colour, ids });
  };

  album.receive = async ({ header, arrays }) => {
    if (!album.asked || header.serial !== album.asked.serial) return;
    const { request } = album.asked;
    const blob = new Blob([arrays.sheet ?? new Uint8Array()], { type: 'image/jpeg' });
    const sheet = arrays.sheet ? await createImageBitmap(blob) : null;
    header.ids.forEach((id, at) => {
      const place = { sheet, facts: header.facts[at], file: blob, tile: header.tile, kindWords: header.kindWords };
      place.left = (at % header.columns) * header.tile;
      place.top = Math.floor(at / header.columns) * header.tile;
      album.places.set(request.key(id), place);
    });
    header.missing.forEach((id) => album.places.set(request.key(id), { sheet: null, facts: '' }));
    album.sheets.push([sheet, [...header.ids, ...header.missing].map(request.key)]);
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

// Rows of people whose pictures fit beside each other, the first in the table first; `barred` says who has none.
function thinned(points, hidden, chosen, scale, barred) {
  const pitch = THUMBNAIL + APART, half = THUMBNAIL / 2;
  const columns = Math.ceil(scale.inner.width / pitch) + 1, rows = Math.ceil(scale.inner.height / pitch) + 1;
  const cells = new Int32Array(columns * rows).fill(-1), found = [], xs = [], ys = [];
  const { x, y, codes } = points;
  const right = scale.inner.width - half, bottom = scale.inner.height - half;
  const shiftX = scale.x(0) - MARGIN.left, shiftY = scale.y(0) - MARGIN.top;
  const free = (px, py, column, row) => {
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
      for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
        const other = cells[r * columns + c];
        if (other >= 0 && Math.abs(xs[other] - px) < pitch && Math.abs(ys[other] - py) < pitch) return false;
      }
    }
    return true;
  };
  for (let i = 0; i < x.length; i++) {
    if (hidden[codes[i]] || (chosen && !((chosen[i >> 3] >> (i & 7)) & 1))) continue;
    const px = x[i] * scale.across + shiftX, py = shiftY - y[i] * scale.up;
    if (!(px >= half && px <= right && py >= half && py <= bottom)) continue;
    const column = Math.floor(px / pitch), row = Math.floor(py / pitch);
    if (cells[row * columns + column] >= 0 || !free(px, py, column, row) || barred(i)) continue;
    cells[row * columns + column] = found.length;
    found.push(i); xs.push(px); ys.push(py);
  }
  return found;
}
