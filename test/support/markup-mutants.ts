const snippets = [
  '<',
  '>',
  '&',
  '"',
  '</',
  '<!',
  '<![CDATA[',
  ']]>',
  '<!--',
  '&#0;',
  '\0',
  '\ufeff',
];
snippets.push('<!DOCTYPE a>', '&a;', '<a>', '</record>', '<record>', '{', '[', '\\', '99999999999');

/** The bytes with a few things done to them: changed, cut, doubled, or spoilt by a piece of markup. */
export function mutateMarkup(bytes: Uint8Array, random: () => number): Uint8Array {
  let mutated = Buffer.from(bytes);
  const changes = 1 + Math.floor(random() * 4);
  for (let n = 0; n < changes; n += 1) {
    const at = Math.floor(random() * (mutated.length + 1));
    const end = Math.min(mutated.length, at + Math.floor(random() * 200));
    const kind = Math.floor(random() * 6);
    const snippet = Buffer.from(snippets[Math.floor(random() * snippets.length)] ?? '');
    if (kind === 0 && mutated.length > 0) mutated[at % mutated.length] = Math.floor(random() * 256);
    else if (kind === 1) mutated = mutated.subarray(0, at);
    else if (kind === 2) mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(end)]);
    else if (kind === 3) {
      mutated = Buffer.concat([mutated.subarray(0, end), mutated.subarray(at)]);
    } else {
      mutated = Buffer.concat([mutated.subarray(0, at), snippet, mutated.subarray(at)]);
    }
  }
  return mutated;
}
