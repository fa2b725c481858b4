// What the colours mean, and how many people are of each; a click hides or shows them.
const SWATCHES = {
  circle: '<circle cx="6" cy="6" r="5"/>', diamond: '<path d="M6 0l6 6-6 6-6-6z"/>',
  x: '<path d="M1 3l2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z"/>',
};

// toggled: called with a class's code.
export function drawLegend(element, { classes, codes }, hidden, toggled) {
  const counts = new Array(classes.length).fill(0);
  for (const code of codes) counts[code]++;
  element.replaceChildren(...classes.map(({ label, colour, symbol }, code) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.setAttribute('aria-pressed', String(!hidden[code]));
    button.title = hidden[code] ? 'Hidden; click to show' : 'Click to hide';
    button.innerHTML = `<svg viewBox="0 0 12 12" fill="${colour}" aria-hidden="true">${SWATCHES[symbol]}</svg>`;
    button.append(`${label} (${counts[code].toLocaleString('en')})`);
    button.onclick = () => toggled(code);
    return button;
  }));
}
