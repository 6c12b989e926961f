/** How records are written in a server's answers. */
export type RecordForm = 'iso2709' | 'xml' | 'oai-marc' | 'json' | 'html';

/** Where one record begins and what makes it a record; bytes are looked at as Latin-1 characters. */
const beginnings: Readonly<Record<RecordForm, RegExp>> = {
  iso2709: /\d{5}[a-z]{3}..22\d{5}/g,
  xml: /<(?:\w+:)?leader>/g,
  'oai-marc': /<oai_marc/g,
  json: /"marcRecNo"/g,
  html: /<tr class="book"/g,
};

/** True for an answer that brings records. */
export function bringsRecords(message: Buffer, form: RecordForm): boolean {
  return message.toString('latin1').search(beginnings[form]) >= 0;
}

/**
 * Makes one record of an answer, the one at a place from 1, unreadable without changing any length: lengths
 * are right and neighbours whole, so that only this record is lost. Counts over all messages it is given.
 */
export function spoilRecord(form: RecordForm, place: number): (message: Buffer) => Buffer {
  let seen = 0;
  return (message) => {
    const text = message.toString('latin1');
    const starts = Array.from(text.matchAll(beginnings[form]), ({ index }) => index);
    const at = place - 1 - seen;
    seen += starts.length;
    const start = starts[at];
    if (at < 0 || start === undefined) return message;
    const end = endOf(text, form, start, starts[at + 1] ?? text.length);
    const spoilt = text.slice(0, start) + spoil(text.slice(start, end), form) + text.slice(end);
    return Buffer.from(spoilt, 'latin1');
  };
}

function endOf(text: string, form: RecordForm, start: number, next: number): number {
  if (form !== 'iso2709') return next;
  const terminator = text.indexOf('\x1d', start);
  return terminator < 0 ? next : terminator;
}

function spoil(record: string, form: RecordForm): string {
  const blot = (name: string) => name.replace(/[a-z]/g, 'x');
  switch (form) {
    case 'iso2709':
      return '?'.repeat(record.length);
    case 'xml':
      return record.replace(/(?:control|data)field(?=[ >])/g, blot);
    case 'oai-marc':
      return record.replace(/(?:fix|var)field(?=[ >])/g, blot);
    case 'json':
      return record.replace(/"title"/g, blot);
    case 'html':
      return record.replace(/class="title"/g, (name) => name.replace('title', 'xxxxx'));
  }
}
