// The buttons above the map: what dragging does, and what is done at once.

// actions: by what the buttons' data-do names.
export function createTools(root, actions) {
  const tools = { mode: 'pan' }; // or box, or lasso
  const modes = [...root.querySelectorAll('button[data-mode]')];
  for (const button of modes) {
    button.onclick = () => {
      tools.mode = root.dataset.mode = button.dataset.mode;
      modes.forEach((other) => other.setAttribute('aria-pressed', String(other === button)));
    };
  }
  root.querySelectorAll('[data-do]').forEach((button) => { button.onclick = () => actions[button.dataset.do](); });
  return tools;
}
