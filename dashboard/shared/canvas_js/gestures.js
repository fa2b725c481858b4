// What hands do on the canvas: mouse, finger, wheel and keys become moves of the view, areas and picks.
const STILL = 4; // pixels that a click may wander
const REACH = 14; // pixels within which a point is meant

function listen(front, map) {
  const fingers = new Map();
  let start = null, path = [], mode = 'pan', pinch = null;
  const at = (event) => {
    const box = front.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const area = () => {
    const [first, last] = [path[0], path[path.length - 1]];
    return mode === 'box' ? [first, [last[0], first[1]], last, [first[0], last[1]]] : path;
  };

  front.onpointerdown = (event) => {
    if (event.button !== 0) return;
    front.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
    if (fingers.size === 2) {
      const [a, b] = [...fingers.values()];
      pinch = { span: Math.hypot(a[0] - b[0], a[1] - b[1]), view: map.view };
      start = null;
      map.draft(null);
      return;
    }
    mode = event.shiftKey && map.mode === 'pan' ? 'box' : map.mode;
    start = { place: at(event), view: map.view, moved: false };
    path = [at(event)];
  };

  front.onpointermove = (event) => {
    const place = at(event);
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, place);
    if (pinch && fingers.size === 2) {
      const [a, b] = [...fingers.values()];
      const span = Math.hypot(a[0] - b[0], a[1] - b[1]) || 1;
      map.zoom(pinch.span / span, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, pinch.view);
      return;
    }
    if (!start) { map.point(place, event.pointerType === 'touch' ? 2 * REACH : REACH); return; }
    const [dx, dy] = [place[0] - start.place[0], place[1] - start.place[1]];
    if (!start.moved && Math.hypot(dx, dy) < STILL) return;
    if (!start.moved) map.leave();
    start.moved = true;
    if (mode === 'pan') { map.move(start.view, dx, dy); return; }
    const before = path[path.length - 1];
    if (mode === 'box' || Math.hypot(place[0] - before[0], place[1] - before[1]) >= 3) path.push(place);
    map.draft(area());
  };

  front.onpointerup = (event) => {
    fingers.delete(event.pointerId);
    if (pinch) { if (fingers.size === 0) pinch = null; return; }
    if (!start) return;
    const { moved } = start;
    start = null;
    if (!moved) map.pick(at(event), event.pointerType === 'touch' ? 2 * REACH : REACH);
    else if (mode !== 'pan' && path.length > 1) map.select(area());
  };
  front.onpointercancel = () => { fingers.clear(); start = pinch = null; map.draft(null); };
  front.onpointerleave = () => { if (!start) map.leave(); };
  front.ondblclick = () => map.home();
  front.addEventListener('wheel', (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 33 : 1;
    map.zoom(Math.exp(Math.max(-200, Math.min(200, event.deltaY * lines)) * 0.002), ...at(event));
  }, { passive: false });

  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  front.onkeydown = (event) => {
    const way = ways[event.key];
    const keys = {
      '+': () => map.zoom(0.7), '=': () => map.zoom(0.7), '-': () => map.zoom(1 / 0.7), 0: () => map.home(),
      Enter: () => map.open(), Escape: () => map.clear(),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !(way || keys[event.key])) return;
    event.preventDefault();
    if (!way) keys[event.key]();
    else if (event.shiftKey) map.move(map.view, -80 * way[0], -80 * way[1]);
    else map.step(way);
  };
}

// At most `most` corners: those that matter most for the shape (Ramer, Douglas, Peucker), coarser until they are few.
function simplified(path, most) {
  const keep = (points, tolerance) => {
    if (points.length < 3) return points;
    const [a, b] = [points[0], points[points.length - 1]];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    let far = 0, at = 0;
    for (let i = 1; i < points.length - 1; i++) {
      const [x, y] = points[i];
      const away = length
        ? Math.abs((b[0] - a[0]) * (a[1] - y) - (a[0] - x) * (b[1] - a[1])) / length
        : Math.hypot(x - a[0], y - a[1]);
      if (away > far) { far = away; at = i; }
    }
    if (far <= tolerance) return [a, b];
    return [...keep(points.slice(0, at + 1), tolerance).slice(0, -1), ...keep(points.slice(at), tolerance)];
  };
  let tolerance = 1, found = keep(path, tolerance);
  while (found.length > most) found = keep(path, (tolerance *= 1.5));
  return found;
}
