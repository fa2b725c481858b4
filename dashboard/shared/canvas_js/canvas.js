// The latent map: what the server sends becomes points, axes and pictures; what people do on it is told to the server.
import { createAlbum } from './album.js';
import { createContent } from './content.js';
import { listenToHands, listenToWheel } from './gestures.js';
import { hub } from './hub.js';
import { listenToKeys } from './keys.js';
import { drawLegend } from './legend.js';
import { createNavigation } from './navigation.js';
import { readPacket } from './packet.js';
import { createPainter } from './painter.js';
import { createPointing } from './pointing.js';
import { home } from './scales.js';
import { createSelection } from './selection.js';
import { createThumbnails } from './thumbnails.js';
import { createTools } from './tools.js';
import { createViewport } from './viewport.js';

const maps = new WeakMap();

// Each part keeps its own state and is asked for it; they meet here only.
function createMap(root) {
  const find = (selector) => root.querySelector(selector), front = find('.front');
  const redrawFront = () => painter.redraw('front');
  const content = createContent(show, redrawFront), viewport = createViewport();
  const album = createAlbum(() => { thumbnails.layout(); redrawFront(); });
  const thumbnails = createThumbnails(root, content, viewport, album);
  const pointing = createPointing(root, content, viewport, album, thumbnails, redrawFront);
  const selection = createSelection(content, viewport, redrawFront);
  const scene = () => (content.ready
    ? { ...content, album, pictured: thumbnails.rows, pointed: pointing.row, draft: selection.draft }
    : null);
  const painter = createPainter(root, viewport, scene, thumbnails.layout);
  const navigation = createNavigation(content, viewport, pointing, painter, thumbnails);
  let serial = null;

  // Points and state that belong together have come.
  function show() {
    const { points, state } = content;
    viewport.show(state.plane, home(points.x, points.y, state.placed ? [state.placed] : []), state.view);
    selection.draw(null);
    if (points.serial !== serial) pointing.leave(); // their rows are others
    serial = points.serial;
    front.setAttribute('aria-label', state.words);
    find('.waiting').hidden = true;
    Object.assign(root.dataset, { points: points.ids.length, serial });
    painter.resize();
    showClasses();
  }

  function showClasses() {
    drawLegend(find('.legend'), content.points, content.hidden, (code) => {
      hub.tell('canvas', 'hidden', content.toggle(code));
      showClasses();
    });
    thumbnails.layout();
    painter.redraw('back', 'front');
  }

  const parts = { viewport, pointing, selection, navigation, tools: createTools(root, {
    in: () => navigation.zoom(0.6), out: () => navigation.zoom(1 / 0.6), home: navigation.home,
    visible: selection.visible, clear: selection.clear,
  }) };
  listenToHands(front, parts);
  listenToWheel(front, navigation);
  listenToKeys(front, parts);
  const listener = (role, packet) => {
    if (role === 'points') content.takePoints(packet);
    if (role === 'pictures') album.receive(packet).then(pointing.show);
    if (role === 'pictures' && !packet.header.serial) album.next();
  };
  hub.listeners.add(listener);
  if (hub.points) content.takePoints(hub.points);
  return {
    take: content.takeState,
    close() { painter.close(); navigation.close(); hub.listeners.delete(listener); },
  };
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.map');
  if (!maps.has(root)) maps.set(root, createMap(root));
  hub.say.canvas = setTriggerValue;
  maps.get(root).take(readPacket(data));
  return () => { maps.get(root)?.close(); maps.delete(root); delete hub.say.canvas; };
}
