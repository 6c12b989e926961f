import { numberKey, partKey } from './parts.ts';

/** `025.431 D519 2003` or `025.431/D519`: three digits, decimals, then cutter and year. */
export function ddcKey(text: string): string | null {
  const match = /^(\d{3})(?:\.(\d+))?\b[\s/]*(.*)$/.exec(text.replace(/['′·]/g, ''));
  if (match === null) return null;
  const [, whole = '', decimals = '', rest = ''] = match;
  return `${whole}${partKey(decimals)}${restKey(rest)}`;
}

/** `QA76.73.J38 L58 2018`: letters, a whole number, decimals, cutters, then year and volume. */
export function lccKey(text: string): string | null {
  const match = /^([A-Z]{1,3})\s*(\d{1,4})(?:\.(\d+))?(.*)$/i.exec(text);
  if (match === null) return null;
  const [, letters = '', whole = '', decimals = '', rest = ''] = match;
  return `${partKey(letters.toUpperCase())}${numberKey(whole)}${partKey(decimals)}${restKey(rest)}`;
}

/** Cutters are a letter and decimals; years, volumes and copies are whole numbers. */
function restKey(rest: string): string {
  let key = '';
  for (const [word] of rest.matchAll(/[A-Za-z]+\d*[a-z]*|\d+[a-z]?/g)) {
    const number = /^(\d+)([a-z]?)$/i.exec(word);
    const volume = /^(?:v|c|no|vol|pt)(\d+)$/i.exec(word);
    if (number !== null) key += `0${numberKey(number[1] ?? '')}${partKey(number[2] ?? '')}`;
    else if (volume !== null) key += `1${numberKey(volume[1] ?? '')}`;
    else key += `A${partKey(word.toUpperCase())}`;
  }
  return key;
}
