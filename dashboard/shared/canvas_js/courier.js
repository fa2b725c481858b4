// Hands a packet over to the canvas, and lends it a voice: what it says runs its part of the page only.
import { hub } from './hub.js';
import { readPacket } from './packet.js';

export default function ({ data, setTriggerValue }) {
  const packet = readPacket(data);
  const { role } = packet.header;
  hub.say[role] = setTriggerValue;
  if (!hub.timer) hub.next(); // what waited for this voice
  if (role === 'points') hub.points = packet;
  hub.listeners.forEach((listener) => listener(role, packet));
  return () => { delete hub.say[role]; };
}
