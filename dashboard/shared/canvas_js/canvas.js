// The latent map: points on one canvas, and above it axes, pictures, rings and what is being drawn.
const maps = new WeakMap();
const CORNERS = 60;
const QUIET = 150; // milliseconds without a move until pictures are laid out anew
const REST = 600; // and until the link follows
const SWATCHES = {
  circle: '<circle cx="6" cy="6" r="5"/>', diamond: '<path d="M6 0l6 6-6 6-6-6z"/>',
  x: '<path d="M1 3l2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z"/>',
};

function createMap(root) {
  const find = (selector) => root.querySelector(selector);
  const back = find('.back'), front = find('.front'), stage = find('.stage');
  const card = createCard(find('.card'));
  const map = {
    points: null, state: null, view: null, whole: null, mode: 'pan', hidden: [], chosen: null, hover: -1,
    shown: [], draftPath: null, scale: null, draws: 0, own: null,
    plain: (id) => `${map.state.bundle}/${map.state.kind}/small/${id}`, // of its small picture in the album
  };
  let dirty = { back: false, front: false }, frame = 0, quiet = null, rest = null, words = '';

  const ready = () => map.points && map.state && map.points.serial === map.state.serial;
  const large = (id) => `${map.state.bundle}/${map.state.kind}/${map.state.colouring}/large/${id}`;
  const album = createAlbum(() => { layout(); redraw('front'); });

  function redraw(...layers) {
    layers.forEach((layer) => { dirty[layer] = true; });
    frame ||= requestAnimationFrame(() => { frame = 0; draw(); });
  }

  function resize() {
    const ratio = window.devicePixelRatio || 1, { clientWidth: width, clientHeight: height } = stage;
    if (!width || !height) return;
    if (map.width === width && map.height === height && map.ratio === ratio) return;
    Object.assign(map, { width, height, ratio });
    for (const canvas of [back, front]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    // At once: an empty canvas would flash.
    if (ready() && map.view) { map.scale = scaleOf(map.view, width, height); layout(); dirty = { back: true, front: true }; draw(); }
  }

  function draw() {
    if (!ready() || !map.width) return;
    map.scale = scaleOf(map.view, map.width, map.height);
    const style = getComputedStyle(root);
    const ground = colourOf(style.getPropertyValue('--st-background-color'), '#ffffff');
    const ink = colourOf(style.getPropertyValue('--st-text-color'), '#1b2530');
    if (dirty.back) {
      const zoom = (map.whole.right - map.whole.left) / (map.view.right - map.view.left);
      const context = back.getContext('2d');
      if (map.image?.width !== back.width || map.image?.height !== back.height) {
        map.image = context.createImageData(back.width, back.height);
      }
      drawPoints(context, map.image, ground, map.points, map.hidden, map.chosen, map.scale, map.ratio, zoom);
      root.dataset.draws = ++map.draws;
    }
    if (dirty.back || dirty.front) drawFront(front.getContext('2d'), map, album, ground, ink, style.fontFamily);
    dirty = { back: false, front: false };
  }

  function colourOf(css, otherwise) {
    const context = front.getContext('2d');
    context.fillStyle = otherwise;
    context.fillStyle = css.trim();
    return context.fillStyle.startsWith('#') ? context.fillStyle : otherwise;
  }

  // Which pictures lie on the map, and a question for those that are not there yet.
  function layout() {
    if (!ready() || !map.width) return;
    map.scale = scaleOf(map.view, map.width, map.height);
    const { points, state } = map;
    const barred = (i) => { const place = album.find(map.plain(points.ids[i])); return place && !place.sheet; };
    map.shown = state.inPlace ? thinned(points, map.hidden, map.chosen, map.scale, barred) : [];
    root.dataset.shown = map.shown.length;
    root.dataset.pictured = map.shown.filter((i) => album.find(map.plain(points.ids[i]))?.sheet).length;
    const ids = map.shown.map((i) => points.ids[i]);
    album.want({ ids, kind: state.kind, size: 'small', colour: state.colouring, key: map.plain });
  }

  function moved() {
    redraw('back', 'front');
    clearTimeout(quiet);
    clearTimeout(rest);
    quiet = setTimeout(() => { layout(); redraw('front'); }, QUIET);
    rest = setTimeout(() => {
      const { left, right, bottom, top } = map.view, across = right - left, up = top - bottom;
      const whole = JSON.stringify(map.view) === JSON.stringify(map.whole);
      const edges = [rounded(left, across), rounded(right, across), rounded(bottom, up), rounded(top, up)];
      hub.tell('pictures', 'view', whole ? '' : `${map.state.plane}:${edges.join(',')}`);
    }, REST);
  }

  function hover(i) {
    if (i === map.hover && i < 0) return;
    map.hover = i;
    root.toggleAttribute('data-over', i >= 0);
    redraw('front');
    if (i < 0) { card.leave(); card.hide(); return; }
    showCard();
    card.stay(() => {
      const { points, state } = map;
      album.want({ ids: [points.ids[i]], kind: state.kind, size: 'large', colour: state.colouring, key: large });
    });
  }

  // Whose picture lies there, else whose point is nearest: pictures cover the points of others.
  function meant([x, y], reach) {
    const { points, scale } = map, half = THUMBNAIL / 2;
    const covers = (i) => Math.abs(scale.x(points.x[i]) - x) <= half && Math.abs(scale.y(points.y[i]) - y) <= half;
    const pictured = map.shown.find((i) => covers(i) && album.find(map.plain(points.ids[i]))?.sheet);
    return pictured ?? nearest(points, map.hidden, scale, x, y, reach);
  }

  function showCard() {
    const { points, state, hover: i } = map;
    if (i < 0) return;
    const id = points.ids[i], text = points.classes[points.codes[i]].label;
    const place = album.find(large(id));
    card.show(id, text, `${place?.kindWords ?? state.kindWords} of ${id}`, place, map.scale.x(points.x[i]),
      map.scale.y(points.y[i]), map.width, map.height);
    const said = `${id}, ${state.colouring}: ${text}`;
    if (said !== words) find('.live').textContent = words = said;
  }

  Object.assign(map, {
    point: (place, reach) => ready() && hover(meant(place, reach)),
    leave: () => hover(-1),
    pick(place, reach) {
      if (!ready()) return;
      const i = meant(place, reach);
      if (i >= 0) { hover(i); hub.tell('canvas', 'picked', map.points.ids[i]); }
    },
    open: () => map.hover >= 0 && hub.tell('canvas', 'picked', map.points.ids[map.hover]),
    draft(path) { map.draftPath = path; redraw('front'); },
    select(path) {
      const { view, scale, state } = map, across = view.right - view.left, up = view.top - view.bottom;
      const corners = simplified(path, CORNERS).map(([x, y]) => [scale.toX(x), scale.toY(y)]);
      if (corners.length < 3) { map.draft(null); return; }
      const text = corners.map(([x, y]) => `${rounded(x, across)},${rounded(y, up)}`).join(',');
      hub.tell('canvas', 'area', `${state.plane}:${text}`);
    },
    visible() {
      const { inner } = map.scale, right = MARGIN.left + inner.width, foot = MARGIN.top + inner.height;
      map.select([[MARGIN.left, MARGIN.top], [right, MARGIN.top], [right, foot], [MARGIN.left, foot]]);
    },
    clear() { map.draft(null); hub.tell('canvas', 'area', ''); },
    move(view, dx, dy) {
      const { across, up } = map.scale;
      map.view = {
        left: view.left - dx / across, right: view.right - dx / across,
        bottom: view.bottom + dy / up, top: view.top + dy / up,
      };
      hover(-1);
      moved();
    },
    zoom(factor, x = map.width / 2, y = map.height / 2, view = map.view) {
      if (!ready()) return;
      const scale = scaleOf(view, map.width, map.height);
      map.view = zoomed(view, map.whole, factor, scale.toX(x), scale.toY(y));
      hover(-1);
      moved();
    },
    home() { map.view = { ...map.whole }; hover(-1); moved(); },
    // The nearest person in the direction of an arrow key, nearer in angle counting more.
    step([sideways, down]) {
      if (!ready()) return;
      const { points, scale, hidden } = map;
      if (map.hover < 0) {
        hover(nearest(points, hidden, scale, map.width / 2, map.height / 2, Infinity));
        return;
      }
      const [x0, y0] = [scale.x(points.x[map.hover]), scale.y(points.y[map.hover])];
      let found = -1, least = Infinity;
      for (let i = 0; i < points.x.length; i++) {
        if (hidden[points.codes[i]] || i === map.hover) continue;
        const dx = scale.x(points.x[i]) - x0, dy = scale.y(points.y[i]) - y0;
        const along = dx * sideways + dy * down, beside = Math.abs(dx * down) + Math.abs(dy * sideways);
        if (along > 0 && beside <= along && along + 2 * beside < least) { least = along + 2 * beside; found = i; }
      }
      if (found < 0) return;
      hover(found);
      const [x, y] = [scale.x(points.x[found]), scale.y(points.y[found])];
      const { inner } = scale;
      if (x < MARGIN.left || y < MARGIN.top || x > MARGIN.left + inner.width || y > MARGIN.top + inner.height) {
        const kept = found;
        map.move(map.view, map.width / 2 - x, map.height / 2 - y);
        map.scale = scaleOf(map.view, map.width, map.height);
        hover(kept);
      }
    },
  });

  function legend() {
    const { points } = map, counts = new Array(points.classes.length).fill(0);
    for (const code of points.codes) counts[code]++;
    find('.legend').replaceChildren(...points.classes.map(({ label: text, colour, symbol }, code) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.setAttribute('aria-pressed', String(!map.hidden[code]));
      button.title = map.hidden[code] ? 'Hidden; click to show' : 'Click to hide';
      button.innerHTML = `<svg viewBox="0 0 12 12" fill="${colour}" aria-hidden="true">${SWATCHES[symbol]}</svg>`;
      button.append(`${text} (${counts[code].toLocaleString('en')})`);
      button.onclick = () => {
        map.hidden[code] = !map.hidden[code];
        legend(); layout(); redraw('back', 'front');
        const off = map.hidden.map((is, number) => (is ? number : -1)).filter((number) => number >= 0);
        hub.tell('canvas', 'hidden', off);
      };
      return button;
    }));
  }

  function sync() {
    if (!ready()) return;
    const { points, state } = map;
    const whole = home(points.x, points.y, state.placed ? [state.placed] : []);
    const samePlane = map.viewPlane === state.plane;
    if (!samePlane) {
      const [left, right, bottom, top] = state.view ?? [];
      map.view = state.view ? { left, right, bottom, top } : whole;
      map.viewPlane = state.plane;
      map.hover = -1;
      card.hide();
    } else if (JSON.stringify(map.view) === JSON.stringify(map.whole)) map.view = whole;
    map.whole = whole;
    map.hidden = points.classes.map((_, code) => state.hidden.includes(code));
    map.chosen = state.chosen;
    map.draftPath = null;
    if (map.hover >= points.ids.length || map.hoverSerial !== points.serial) { map.hover = -1; card.hide(); }
    map.hoverSerial = points.serial;
    front.setAttribute('aria-label', state.words);
    find('.waiting').hidden = true;
    root.dataset.points = points.ids.length;
    root.dataset.serial = points.serial;
    resize();
    legend();
    layout();
    redraw('back', 'front');
  }

  const listener = (role, packet) => {
    if (role === 'points') { takePoints(packet); sync(); }
    if (role === 'pictures') { album.receive(packet).then(showCard); if (!packet.header.serial) album.next(); }
  };
  function takePoints({ header, arrays }) {
    const ids = header.ids ? header.ids.split('\n') : [];
    map.points = { ...header, ids, rows: new Map(ids.map((id, row) => [id, row])), ...arrays };
  }

  // The user's own picture, if one is placed.
  async function takeOwn(file) {
    const { state } = map;
    const picture = file ? await createImageBitmap(new Blob([file], { type: 'image/jpeg' })) : null;
    if (map.state !== state) { picture?.close(); return; }
    map.own?.close();
    map.own = picture;
    redraw('front');
  }

  root.querySelectorAll('[data-mode]').forEach((button) => {
    button.onclick = () => {
      map.mode = root.dataset.mode = button.dataset.mode;
      root.querySelectorAll('[data-mode]').forEach((other) =>
        other.setAttribute?.('aria-pressed', String(other === button)));
    };
  });
  const actions = { in: () => map.zoom(0.6), out: () => map.zoom(1 / 0.6), home: map.home, visible: map.visible, clear: map.clear };
  root.querySelectorAll('[data-do]').forEach((button) => { button.onclick = () => ready() && actions[button.dataset.do](); });
  listen(front, map);
  const observer = new ResizeObserver(resize);
  observer.observe(stage);
  hub.listeners.add(listener);
  if (hub.points) takePoints(hub.points);
  return {
    take(packet) {
      map.state = { ...packet.header, chosen: packet.arrays.chosen ?? null };
      sync();
      takeOwn(packet.arrays.own);
    },
    close() {
      observer.disconnect();
      hub.listeners.delete(listener);
      clearTimeout(quiet); clearTimeout(rest);
      cancelAnimationFrame(frame);
    },
  };
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.map');
  if (!maps.has(root)) maps.set(root, createMap(root));
  hub.say.canvas = setTriggerValue;
  maps.get(root).take(readPacket(data));
  return () => { maps.get(root)?.close(); maps.delete(root); delete hub.say.canvas; };
}
