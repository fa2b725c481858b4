// Whom a place on the map means, or a direction. Who is hidden is never meant.

// The person nearest to a pixel, less than `reach` pixels away; -1 for nobody. Of two, the first.
export function nearest(points, hidden, scale, px, py, reach) {
  const { x, y, codes } = points, shiftX = scale.x(0) - px, shiftY = scale.y(0) - py;
  let found = -1, least = reach * reach;
  for (let i = 0; i < x.length; i++) {
    const dx = x[i] * scale.across + shiftX, dy = shiftY - y[i] * scale.up, away = dx * dx + dy * dy;
    if (away < least && !hidden[codes[i]]) { least = away; found = i; }
  }
  return found;
}

// The person nearest to that of row `from` in the direction of an arrow key, nearer in angle counting more; -1 for
// nobody. sideways, down: one is 1 or -1, the other 0.
export function towards(points, hidden, scale, from, [sideways, down]) {
  const { x, y, codes } = points, [x0, y0] = [scale.x(x[from]), scale.y(y[from])];
  let found = -1, least = Infinity;
  for (let i = 0; i < x.length; i++) {
    if (hidden[codes[i]] || i === from) continue;
    const dx = scale.x(x[i]) - x0, dy = scale.y(y[i]) - y0;
    const along = dx * sideways + dy * down, beside = Math.abs(dx * down) + Math.abs(dy * sideways);
    if (along > 0 && beside <= along && along + 2 * beside < least) { least = along + 2 * beside; found = i; }
  }
  return found;
}
