/** Numbers below 1 that are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The bytes with one to four small things wrong with them, as bad lines and bad servers make them. */
export function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  let mutant = new Uint8Array(bytes);
  const times = 1 + Math.floor(random() * 4);
  for (let time = 0; time < times; time += 1) mutant = mutateOnce(mutant, random);
  return mutant;
}

function mutateOnce(bytes: Uint8Array<ArrayBuffer>, random: () => number): Uint8Array<ArrayBuffer> {
  const below = (limit: number) => Math.floor(random() * limit);
  const at = below(bytes.length + 1);
  const length = 1 + below(8);
  switch (below(6)) {
    case 0: {
      const flipped = new Uint8Array(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] as number) ^ (1 << below(8));
      return flipped;
    }
    case 1: {
      const set = new Uint8Array(bytes);
      const extremes = [0x00, 0x7f, 0x80, 0x84, 0xff, 0x30, 0x3c, 0x1d, 0x1e];
      if (at < set.length) set[at] = extremes[below(extremes.length)] as number;
      return set;
    }
    case 2:
      return joined(bytes.subarray(0, at), bytes.subarray(Math.min(at + length, bytes.length)));
    case 3: {
      const inserted = Uint8Array.from({ length }, () => below(256));
      return joined(bytes.subarray(0, at), inserted, bytes.subarray(at));
    }
    case 4:
      return new Uint8Array(bytes.subarray(0, at));
    default: {
      const from = below(bytes.length + 1);
      const piece = bytes.subarray(from, from + 64);
      return joined(bytes.subarray(0, at), piece, bytes.subarray(at));
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}
