/** A tag is one number: its class times 65,536 plus its number. */
export const classes = ['universal', 'application', 'context', 'private'] as const;

export const universal = (number: number): number => number;
export const context = (number: number): number => 0x20000 + number;

/** Universal tags that Z39.50 uses (ISO 8824-1). */
export const universalTags = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  null: 5,
  oid: 6,
  external: 8,
  sequence: 16,
  generalizedTime: 24,
  visibleString: 26,
  generalString: 27,
} as const;

/** For messages: `[31]`, `universal 16`. */
export function tagName(tag: number): string {
  const number = tag & 0xffff;
  const name = classes[tag >> 16];
  return name === 'context' ? `[${number}]` : `${name} ${number}`;
}
