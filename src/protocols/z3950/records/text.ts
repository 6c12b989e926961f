import type { External } from '../apdu/external.ts';
import { octets, parseBer, text } from '../ber/read.ts';
import { universal, universalTags } from '../ber/tag.ts';
import { encodeBer, text as textValue } from '../ber/write.ts';
import { recordSyntaxes } from '../oid.ts';

/** Turns the bytes of a string into text; records and strings may differ in charset from the protocol. */
export type DecodeText = (bytes: Uint8Array) => string;

/** The bytes of a payload that is text or ISO 2709, in either form of EXTERNAL that servers use for it. */
export function payload(record: External): Uint8Array {
  return record.encoding === 'single' ? octets(parseBer(record.content)) : record.content;
}

/** The text of a SUTRS record (one GeneralString, lines ended by LF). */
export function decodeSutrs(record: External, decode?: DecodeText): string {
  if (record.encoding !== 'single') {
    return decode?.(record.content) ?? new TextDecoder().decode(record.content);
  }
  const node = parseBer(record.content);
  return decode?.(octets(node)) ?? text(node);
}

export function encodeSutrs(value: string): External {
  const content = encodeBer(textValue(universal(universalTags.generalString), value));
  return { reference: recordSyntaxes.sutrs, encoding: 'single', content };
}
