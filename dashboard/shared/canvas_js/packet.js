// What dashboard/shared/canvas.packet wrote: a length, a JSON header with the places of arrays, and the arrays.
const KINDS = { float32: Float32Array, uint8: Uint8Array };

export function readPacket(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  const { header, arrays } = JSON.parse(text);
  // A copy, as arrays of float32 must begin at a multiple of four bytes.
  const body = bytes.slice(8 + length).buffer;
  const found = {};
  for (const [name, { at, bytes: size, kind }] of Object.entries(arrays)) {
    const Kind = KINDS[kind];
    found[name] = new Kind(body, at, size / Kind.BYTES_PER_ELEMENT);
  }
  return { header, arrays: found };
}
