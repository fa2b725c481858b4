// The map without a mouse: arrows go from person to person, with Shift they move the view.
const STRIDE = 80; // pixels
const NEARER = 0.7;
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function listenToKeys(front, { pointing, selection, navigation }) {
  const nearer = () => navigation.zoom(NEARER), farther = () => navigation.zoom(1 / NEARER);
  const keys = {
    '+': nearer, '=': nearer, '-': farther, 0: navigation.home, Enter: pointing.open, Escape: selection.clear,
  };
  front.onkeydown = (event) => {
    const way = WAYS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !(way || keys[event.key])) return;
    event.preventDefault();
    if (!way) keys[event.key]();
    else if (event.shiftKey) navigation.pan(-STRIDE * way[0], -STRIDE * way[1]);
    else navigation.step(way);
  };
}
