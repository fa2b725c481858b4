// Who is pointed at: a card beside the point, with the picture as soon as somebody stays there.
const DWELL = 90; // milliseconds

export function createCard(element) {
  const image = element.querySelector('img'), title = element.querySelector('b');
  const facts = element.querySelector('span');
  let source = null, timer = null;
  return {
    show(id, text, alt, place, x, y, width, height) {
      element.hidden = false;
      element.dataset.person = id;
      title.textContent = id;
      facts.textContent = place?.facts || text;
      if (place?.file !== source) {
        if (image.src) URL.revokeObjectURL(image.src);
        source = place?.file ?? null;
        if (place?.sheet) image.src = URL.createObjectURL(place.file); else image.removeAttribute('src');
      }
      image.alt = place && !place.sheet ? `No picture of this kind of ${id}` : alt;
      image.dataset.person = place?.sheet ? id : '';
      // On the side where there is room, so that it covers neither the point nor the edge.
      const left = x + 16 + element.offsetWidth < width ? x + 16 : Math.max(0, x - 16 - element.offsetWidth);
      element.style.left = `${left}px`;
      element.style.top = `${Math.max(0, Math.min(y - 24, height - element.offsetHeight))}px`;
    },
    hide() { element.hidden = true; element.dataset.person = ''; },
    stay(then) { clearTimeout(timer); timer = setTimeout(then, DWELL); },
    leave() { clearTimeout(timer); },
  };
}
