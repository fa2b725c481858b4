// What the components of the page share: each is a module of its own, so they meet at the window.
export const hub = (window.latentMap ??= { points: null, say: {}, listeners: new Set(), queue: [], timer: 0 });
const GAP = 60; // milliseconds

// Tell the server something in the voice of a component. Streamlit sends what is said at the same moment as one
// message, of one fragment only: what belongs to the others would be lost, so they speak one after the other.
hub.tell ??= (role, name, value) => {
  hub.queue.push([role, name, value]);
  if (!hub.timer) hub.next();
};
hub.next ??= () => {
  hub.timer = 0;
  const next = hub.queue.findIndex(([role]) => hub.say[role]);
  if (next < 0) return;
  const [role] = hub.queue[next], turn = hub.queue.filter(([other]) => other === role);
  hub.queue = hub.queue.filter(([other]) => other !== role);
  turn.forEach(([, name, value]) => hub.say[role](name, value));
  hub.timer = setTimeout(hub.next, GAP);
};
