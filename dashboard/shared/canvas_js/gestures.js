// What hands do on the canvas: mouse, finger and wheel become moves of the view, areas and picks.
import { boxOf } from './selection.js';

const STILL = 4; // pixels that a click may wander
const REACH = 14; // pixels within which a point is meant
const DENSE = 3; // pixels between the corners of a line that is drawn

// Where an event was, in pixels of the canvas.
function placeOf(event) {
  const box = event.currentTarget.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

const reachOf = (event) => (event.pointerType === 'touch' ? 2 * REACH : REACH);

// One finger or the mouse drags or draws, two fingers pinch.
export function listenToHands(front, { viewport, tools, pointing, selection, navigation }) {
  const fingers = new Map();
  let start = null, path = [], mode = 'pan', pinch = null;
  const area = () => (mode === 'box' ? boxOf(path[0], path[path.length - 1]) : path);
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return { span: Math.hypot(a[0] - b[0], a[1] - b[1]) || 1, middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] };
  };

  front.onpointerdown = (event) => {
    if (event.button !== 0) return;
    front.setPointerCapture(event.pointerId);
    const place = placeOf(event);
    fingers.set(event.pointerId, place);
    if (fingers.size === 2) {
      pinch = { span: spread().span, view: viewport.view };
      start = null;
      selection.draw(null);
      return;
    }
    mode = event.shiftKey && tools.mode === 'pan' ? 'box' : tools.mode;
    start = { place, view: viewport.view, moved: false };
    path = [place];
  };

  front.onpointermove = (event) => {
    const place = placeOf(event);
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, place);
    if (pinch && fingers.size === 2) {
      const { span, middle } = spread();
      navigation.zoom(pinch.span / span, ...middle, pinch.view);
      return;
    }
    if (!start) { pointing.near(place, reachOf(event)); return; }
    const [dx, dy] = [place[0] - start.place[0], place[1] - start.place[1]];
    if (!start.moved && Math.hypot(dx, dy) < STILL) return;
    if (!start.moved) pointing.leave();
    start.moved = true;
    if (mode === 'pan') { navigation.pan(dx, dy, start.view); return; }
    const before = path[path.length - 1];
    if (mode === 'box' || Math.hypot(place[0] - before[0], place[1] - before[1]) >= DENSE) path.push(place);
    selection.draw(area());
  };

  front.onpointerup = (event) => {
    fingers.delete(event.pointerId);
    if (pinch) { if (fingers.size === 0) pinch = null; return; }
    if (!start) return;
    const { moved } = start;
    start = null;
    if (!moved) pointing.pick(placeOf(event), reachOf(event));
    else if (mode !== 'pan' && path.length > 1) selection.enclose(area());
  };
  front.onpointercancel = () => { fingers.clear(); start = pinch = null; selection.draw(null); };
  front.onpointerleave = () => { if (!start) pointing.leave(); };
  front.ondblclick = () => navigation.home();
}

export function listenToWheel(front, navigation) {
  front.addEventListener('wheel', (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 33 : 1;
    navigation.zoom(Math.exp(Math.max(-200, Math.min(200, event.deltaY * lines)) * 0.002), ...placeOf(event));
  }, { passive: false });
}
