/**
 * One look over the characters of a text tells what no reader then has to look for. What it finds of a record's
 * values goes with them to all that is made of them.
 */

/** What one look finds: a sum of the three below. A type of its own, so that no other number is taken for it. */
export type Findings = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;
/** A control, which the non-sorting marks of C1 are too, or such a mark spelled out. */
const untidy = 1;
const bracketed = 2;
/** Beyond the alphabets: perhaps Han. */
const eastern = 4;
/** What is kept of each value. */
export const findings = untidy | bracketed | eastern;
/** Perhaps not in NFC, alone or with what stands before it. */
export const composing = 8;
/** The end of a field or subfield, which inside a value is a control like others. */
export const delimiter = 16 | untidy;
/** What most values have none of. */
export const noted = untidy | bracketed | delimiter;

/** What each UTF-16 unit is to a look over a text. */
export const marks = new Uint8Array(65_536);
marks.fill(composing, 0x300);
// Whole blocks without a combining mark and without a character that NFC replaces.
for (const [first, last] of [
  [0x400, 0x482], // Cyrillic
  [0x1e00, 0x1eff], // Latin with marks
  [0x2010, 0x2027], // dashes, quotation marks
  [0x3000, 0x3029],
  [0x3030, 0x3098], // Hiragana
  [0x309b, 0xa48c], // Katakana, Han
  [0xac00, 0xd7a3], // Hangul
  [0xff01, 0xffee], // full and half width
] as const) {
  marks.fill(0, first, last + 1);
}
for (let code = 0x2e80; code < 0x10000; code++) (marks[code] as number) |= eastern;
for (let code = 0; code < 0x20; code++) marks[code] = untidy;
for (let code = 0x7f; code < 0xa0; code++) marks[code] = untidy;
// `<NSB>`, `«NSB»` and `{NSB}` are rare, and tidying what needed none changes nothing.
for (const mark of '<«{') marks[mark.charCodeAt(0)] = untidy;
for (const bracket of '[]') marks[bracket.charCodeAt(0)] = bracketed;
for (const bracket of '［］') marks[bracket.charCodeAt(0)] = bracketed | eastern;
for (const code of [0x1e, 0x1f]) marks[code] = delimiter;

export function look(value: string): Findings {
  let found = 0;
  for (let i = 0; i < value.length; i++) found |= marks[value.charCodeAt(i)] as number;
  return (found & findings) as Findings;
}

/** As `look`, at text that was made of values in which this was found: mostly nothing, and so nothing in it. */
export function lookAgain(text: string, found: Findings): Findings {
  return (found & noted) === 0 ? found : look(text);
}

export function isTidy(found: Findings): boolean {
  return (found & untidy) === 0;
}

/** Whether there is a square bracket, of either width. */
export function hasBracket(found: Findings): boolean {
  return (found & bracketed) !== 0;
}

/** False where there surely is no Han character. */
export function mayHoldHan(found: Findings): boolean {
  return (found & eastern) !== 0;
}
