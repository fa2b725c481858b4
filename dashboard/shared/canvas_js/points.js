// Points straight into pixels: without a graphics chip this is several times faster than the canvas's own circles.
function channels(colour) {
  const value = parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

// Which pixels a symbol covers around its middle, and how much of each, 0 to 255.
function stampOf(symbol, radius) {
  const shapes = {
    circle: (x, y) => x * x + y * y <= radius * radius,
    diamond: (x, y) => Math.abs(x) + Math.abs(y) <= radius * 1.3,
    x: (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= radius && Math.abs(Math.abs(x) - Math.abs(y)) <= 0.55 * radius,
  };
  const covers = shapes[symbol] ?? shapes.circle, reach = Math.ceil(radius * 1.3), stamp = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      let hits = 0;
      for (let k = 0; k < 16; k++) hits += covers(dx + ((k % 4) - 1.5) / 4, dy + ((k >> 2) - 1.5) / 4);
      if (hits) stamp.push([dx, dy, Math.round((hits * 255) / 16)]);
    }
  }
  return stamp;
}

function radiusOf(people, zoom) {
  const least = people > 20000 ? 1.6 : people > 3000 ? 2.4 : 3.6;
  return Math.min(5, least * zoom ** 0.25);
}

// Draws everybody whom `chosen` (a bit per person, or null for all) holds opaque, all others faded below them.
// image: of the canvas's size; what it held is lost.
export function drawPoints(context, image, ground, points, hidden, chosen, scale, ratio, zoom) {
  const { width, height } = image;
  const pixels = new Uint32Array(image.data.buffer);
  const [gr, gg, gb] = channels(ground);
  pixels.fill((255 << 24) | (gb << 16) | (gg << 8) | gr);
  const radius = radiusOf(points.ids.length, zoom) * ratio, edge = Math.ceil(radius * 1.3) + 1;
  const [low, right] = [scale.frame.left * ratio, scale.frame.right * ratio];
  const [top, bottom] = [scale.frame.top * ratio, scale.frame.bottom * ratio];
  const across = scale.across * ratio, up = scale.up * ratio;
  const shiftX = scale.x(0) * ratio, shiftY = scale.y(0) * ratio;
  const { x, y, codes } = points;
  const draw = (wanted, strength) => {
    const inks = points.classes.map(({ colour, symbol }) => {
      const stamp = stampOf(symbol, radius), [r, g, b] = channels(colour);
      return {
        r, g, b, full: (255 << 24) | (b << 16) | (g << 8) | r,
        offsets: Int32Array.from(stamp, ([dx, dy]) => dy * width + dx),
        covers: Uint8Array.from(stamp, ([, , cover]) => Math.round(cover * strength)),
      };
    });
    for (let i = 0; i < x.length; i++) {
      if (hidden[codes[i]] || (chosen && ((chosen[i >> 3] >> (i & 7)) & 1) !== wanted)) continue;
      const px = x[i] * across + shiftX, py = shiftY - y[i] * up;
      if (!(px >= low && px <= right && py >= top && py <= bottom)) continue;
      if (px < edge || py < edge || px >= width - edge || py >= height - edge) continue;
      const { r, g, b, full, offsets, covers } = inks[codes[i]], middle = (py | 0) * width + (px | 0);
      for (let k = 0; k < offsets.length; k++) {
        const at = middle + offsets[k], cover = covers[k];
        if (cover === 255) { pixels[at] = full; continue; }
        const under = pixels[at], rest = 255 - cover;
        const red = ((under & 255) * rest + r * cover + 127) / 255;
        const green = (((under >> 8) & 255) * rest + g * cover + 127) / 255;
        const blue = (((under >> 16) & 255) * rest + b * cover + 127) / 255;
        pixels[at] = (255 << 24) | (blue << 16) | (green << 8) | red;
      }
    }
  };
  if (chosen) draw(0, 0.2);
  draw(1, 1);
  context.putImageData(image, 0, 0);
}
