// What the server sent: the points, how people are to be seen, and the user's own picture.

// settled: called when points and state that belong together have come. pictured: when the user's own picture has
// come or gone.
export function createContent(settled, pictured) {
  const content = {
    points: null, state: null, own: null,
    hidden: [], // by code of a class; changed at once, and confirmed by the server's answer

    // Points and state travel apart: one may be there before the other that belongs to it.
    get ready() { return Boolean(content.points && content.state && content.points.serial === content.state.serial); },

    takePoints({ header, arrays }) {
      const ids = header.ids ? header.ids.split('\n') : [];
      content.points = { ...header, ids, rows: new Map(ids.map((id, row) => [id, row])), ...arrays };
      settle();
    },

    takeState({ header, arrays }) {
      content.state = { ...header, chosen: arrays.chosen ?? null };
      settle();
      takeOwn(arrays.own, content.state);
    },

    // Hide a class, or show it again; who is hidden then, as codes.
    toggle(code) {
      content.hidden[code] = !content.hidden[code];
      return content.hidden.flatMap((is, other) => (is ? [other] : []));
    },
  };

  function settle() {
    if (!content.ready) return;
    const { points, state } = content;
    content.hidden = points.classes.map((_, code) => state.hidden.includes(code));
    settled();
  }

  // It is read while the page goes on: what belongs to a state that has been replaced is thrown away.
  async function takeOwn(file, state) {
    const picture = file ? await createImageBitmap(new Blob([file], { type: 'image/jpeg' })) : null;
    if (content.state !== state) { picture?.close(); return; }
    content.own?.close();
    content.own = picture;
    pictured();
  }

  return content;
}
