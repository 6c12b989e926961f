const firstCapacity = 64 * 1024;

/** Bytes that arrive in pieces, kept in one growing block. */
export class ByteStore {
  #block = Buffer.allocUnsafe(firstCapacity);
  #length = 0;

  append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#block.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#block.length * 2));
      this.#block.copy(larger, 0, 0, this.#length);
      this.#block = larger;
    }
    this.#block.set(chunk, this.#length);
    this.#length = needed;
  }

  /** A view of everything so far; valid until the next append. */
  view(): Buffer {
    return this.#block.subarray(0, this.#length);
  }
}

/**
 * Finds what stands inside each element of one local name, in document order, so that a record can be kept
 * exactly as it arrived. It looks at bytes, not at structure: for encodings that are supersets of ASCII and
 * elements that do not contain themselves.
 */
export function createElementSlicer(store: ByteStore, localName: string) {
  let cursor = 0;
  return {
    /** A copy of the next element's content, or null where it cannot be told. */
    next(): Uint8Array | null {
      const bytes = store.view();
      for (;;) {
        const at = bytes.indexOf(localName, cursor, 'latin1');
        if (at < 0) return null;
        cursor = at + localName.length;
        const prefix = openingPrefix(bytes, at);
        if (prefix === null || !endsName(bytes[cursor])) continue;
        const start = bytes.indexOf(0x3e, cursor) + 1;
        if (start === 0) return null;
        cursor = start;
        if (bytes[start - 2] === 0x2f) return new Uint8Array(0);
        const end = bytes.indexOf(`</${prefix}${localName}`, start, 'latin1');
        if (end < 0) return null;
        cursor = end + 2 + prefix.length + localName.length;
        return new Uint8Array(bytes.subarray(start, end));
      }
    },
  };
}

/** The `prefix:` of a start tag whose local name begins at `at`; null when no start tag begins there. */
function openingPrefix(bytes: Buffer, at: number): string | null {
  if (bytes[at - 1] === 0x3c) return '';
  if (bytes[at - 1] !== 0x3a) return null;
  const open = bytes.lastIndexOf(0x3c, at);
  if (open < 0 || at - open > 64) return null;
  const prefix = bytes.toString('latin1', open + 1, at);
  return /^[A-Za-z_][\w.-]*:$/.test(prefix) ? prefix : null;
}

function endsName(byte: number | undefined): boolean {
  return byte === 0x3e || byte === 0x2f || (byte !== undefined && byte <= 0x20);
}

/** A whole answer; the egress bounds its size. */
export async function wholeBody(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
}
