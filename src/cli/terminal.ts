/** Text from libraries made safe for a terminal: no control or bidirectional override characters. */
export function safeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, ' ');
}

const colours = { good: 32, waiting: 33, failed: 31, quiet: 2 } as const;

/** Colours a text for a terminal that wants it (https://no-color.org). */
export function coloured(
  text: string,
  colour: keyof typeof colours,
  stream: NodeJS.WriteStream,
): string {
  if (!stream.isTTY || process.env.NO_COLOR) return text;
  return `\u001b[${colours[colour]}m${text}\u001b[0m`;
}

/** Columns a text takes: Han and full-width characters take two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}

export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}
