/** A character that a charset cannot write; nothing is ever replaced silently. */
export class UnmappableError extends Error {
  readonly character: string;
  readonly charset: string;

  constructor(character: string, charset: string) {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    super(`The character ${character} (U+${code}) does not exist in ${charset}.`);
    this.name = 'UnmappableError';
    this.character = character;
    this.charset = charset;
  }
}
