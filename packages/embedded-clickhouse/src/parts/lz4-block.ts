// One LZ4 block, inflated (the format's "Block Format Description"): Node has no LZ4, and the lists of a part's files are in it.

/** A length's four bits that say: more bytes follow. */
const MORE = 15;
const MATCH_BYTES_MIN = 4;

/** @throws RangeError where it is not a block of `bytes` inflated bytes */
export function lz4Block(block: Buffer, bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  let from = 0;
  let to = 0;
  const length = (bits: number): number => {
    let value = bits;
    if (bits !== MORE) return value;
    for (;;) {
      const byte = block.readUInt8(from);
      from += 1;
      value += byte;
      if (byte < 255) return value;
    }
  };
  while (from < block.byteLength) {
    const token = block.readUInt8(from);
    from += 1;
    const literals = length(token >> 4);
    if (from + literals > block.byteLength || to + literals > bytes) throw new RangeError('literals past the end');
    block.copy(out, to, from, from + literals);
    from += literals;
    to += literals;
    // The last sequence has literals alone.
    if (from === block.byteLength) break;
    const offset = block.readUInt16LE(from);
    from += 2;
    const matched = length(token & MORE) + MATCH_BYTES_MIN;
    if (offset === 0 || offset > to || to + matched > bytes) throw new RangeError('a match outside of the block');
    // Byte by byte: a match may reach into what it makes.
    for (let copied = 0; copied < matched; copied += 1) out[to + copied] = out[to + copied - offset] ?? 0;
    to += matched;
  }
  if (to !== bytes) throw new RangeError('a block that is too short');
  return out;
}
