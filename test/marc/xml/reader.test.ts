import fc from 'fast-check';
import t from 'tap';
import {
  XmlError,
  type XmlHandler,
  type XmlLimits,
  XmlReader,
} from '../../../src/marc/xml/reader.ts';

/** Everything a document says, one line per event, adjacent text joined. */
class EventLog implements XmlHandler {
  readonly lines: string[] = [];

  open(name: string, attributes: Readonly<Record<string, string>>, namespace: string | null) {
    const listed = Object.entries(attributes).map(([key, value]) => ` ${key}=${value}`);
    this.lines.push(`<${namespace === null ? '' : `{${namespace}}`}${name}${listed.join('')}`);
  }

  text(text: string) {
    const last = this.lines.at(-1);
    if (last?.startsWith('"')) this.lines[this.lines.length - 1] = last + text;
    else this.lines.push(`"${text}`);
  }

  close(name: string) {
    this.lines.push(`>${name}`);
  }
}

function read(
  document: string | Uint8Array,
  options: { chunk?: number; limits?: Partial<XmlLimits>; declared?: string } = {},
): string[] {
  const bytes = typeof document === 'string' ? Buffer.from(document) : document;
  const log = new EventLog();
  const reader = new XmlReader(log, options.limits, options.declared ?? null);
  const step = options.chunk ?? Math.max(bytes.length, 1);
  for (let at = 0; at < bytes.length; at += step) reader.write(bytes.subarray(at, at + step));
  reader.end();
  return log.lines;
}

function refusal(document: string | Uint8Array, limits: Partial<XmlLimits> = {}): string {
  try {
    read(document, { limits });
  } catch (error) {
    if (error instanceof XmlError) return error.reason;
    throw error;
  }
  return 'accepted';
}

t.test('gives local names, attributes and namespaces whatever the prefix', async (t) => {
  t.same(read('<a:x xmlns:a="urn:1" a:k="v"><y xmlns="urn:2" z="1"><a:w/></y><q/></a:x>'), [
    '<{urn:1}x k=v',
    '<{urn:2}y z=1',
    '<{urn:1}w',
    '>w',
    '>y',
    '<q',
    '>q',
    '>x',
  ]);
  t.same(
    read('<p:x p:k="far" k="near"/>'),
    ['<x k=near', '>x'],
    'an undeclared prefix is no fault',
  );
});

t.test('keeps blanks, leading zeros and every kind of reference', async (t) => {
  t.same(read('<a> 0012 &#x4E2D;&#25991;&amp;<![CDATA[<&]]>\r\n</a>'), [
    '<a',
    '" 0012 中文&<&\n',
    '>a',
  ]);
});

t.test('reads the same from one chunk and from single bytes', async (t) => {
  const document = '<?xml version="1.0" encoding="UTF-8"?><根 名="值">化学<b/>工程&lt;</根>';
  t.same(read(document, { chunk: 1 }), read(document));
});

t.test('finds the encoding by byte order mark, declaration, protocol, in that order', async (t) => {
  const gbk = Buffer.concat([
    Buffer.from('<?xml version="1.0" encoding="GB2312"?><a>'),
    Buffer.from('bbafd1a7', 'hex'),
    Buffer.from('</a>'),
  ]);
  t.same(read(gbk), ['<a', '"化学', '>a']);
  t.same(read(gbk, { chunk: 1, declared: 'utf-8' }), ['<a', '"化学', '>a']);
  t.same(read(gbk.subarray(39), { declared: 'gbk' }), ['<a', '"化学', '>a']);
  t.same(read(Buffer.from('\ufeff<a>é</a>', 'utf16le')), ['<a', '"é', '>a']);
  t.same(read('\ufeff<?xml version="1.0" encoding="gbk"?><a>é</a>'), ['<a', '"é', '>a']);
  t.equal(refusal(gbk.subarray(39)), 'xml_encoding');
  t.equal(refusal('<?xml version="1.0" encoding="x-none"?><a/>'), 'xml_encoding');
});

t.test('refuses what is cut, mismatched or not XML', async (t) => {
  const cases: [string, string][] = [
    ['', 'xml_truncated'],
    ['<a><b>half', 'xml_truncated'],
    ['<a><b></a></b>', 'xml_malformed'],
    ['<a>x & y</a>', 'xml_truncated'],
    ['<a>x & y; z</a>', 'xml_malformed'],
    ['<a>&nbsp;</a>', 'xml_malformed'],
    ['<a>&constructor;</a>', 'xml_malformed'],
    ['<a>&#0;</a>', 'xml_malformed'],
    ['<a>\u0001</a>', 'xml_malformed'],
    ['<a k="1" k="2"/>', 'xml_malformed'],
    ['Service unavailable', 'xml_malformed'],
    ['<a/><b/>', 'xml_malformed'],
    ['<!DOCTYPE html><html/>', 'xml_doctype'],
    ['<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>', 'xml_doctype'],
    ['<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'xml_doctype'],
  ];
  for (const [document, reason] of cases) t.equal(refusal(document), reason, document);
  t.equal(refusal(Buffer.from('<a>é</a>').subarray(0, 4)), 'xml_truncated', 'inside a character');
});

t.test('holds every limit, and takes what just fits', async (t) => {
  const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
  t.equal(refusal(nested(64)), 'accepted');
  t.equal(refusal(nested(65)), 'xml_depth');
  t.equal(refusal(`<r>${'<a/>'.repeat(200_000)}</r>`), 'xml_elements');
  const attributes = (count: number) =>
    `<a ${Array.from({ length: count }, (_, n) => `k${n}=""`).join(' ')}/>`;
  t.equal(refusal(attributes(64)), 'accepted');
  t.equal(refusal(attributes(65)), 'xml_attributes');
  t.equal(refusal(`<a>${'x'.repeat(100)}<![CDATA[y]]></a>`, { maxTextLength: 100 }), 'xml_text');
  t.equal(refusal(`<a>${'x'.repeat(100)}</a>`, { maxBytes: 106 }), 'xml_size');
  const scopes = Array.from(
    { length: 60 },
    (_, n) => `<a xmlns:a${n}="u" xmlns:b${n}="u" xmlns:c${n}="u">`,
  );
  t.equal(refusal(scopes.join('')), 'xml_namespaces');
});

t.test('stops reading 200,000 nested tags at the limit, not at the end', async (t) => {
  const log = new EventLog();
  const reader = new XmlReader(log);
  const document = Buffer.from('<a>'.repeat(200_000));
  t.throws(() => reader.write(document), XmlError);
  t.equal(log.lines.length, 64, 'nothing past the limit was handed on');
});

t.test('lets what the handler throws pass as it is', async (t) => {
  const fault = new RangeError('not ours');
  const reader = new XmlReader({
    open() {
      throw fault;
    },
    text() {},
    close() {},
  });
  try {
    reader.write(Buffer.from('<aaaa/>'));
    t.fail('was not thrown');
  } catch (error) {
    t.equal(error, fault);
  }
});

t.test('throws nothing but XmlError on any input', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '<a>',
      '</a>',
      '<a ',
      'x="',
      '"',
      '&',
      '&#',
      ';',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
    ),
    fc.constantFrom('<?xml ', '?>', '<!DOCTYPE', ' encoding="', 'xmlns:x="', 'gbk', '\u0000', '学'),
    fc.string({ maxLength: 5 }),
  );
  const document = fc.array(piece, { maxLength: 20 }).map((parts) => Buffer.from(parts.join('')));
  const noise = fc.uint8Array({ maxLength: 60 });
  fc.assert(
    fc.property(fc.oneof(document, noise), fc.integer({ min: 1, max: 9 }), (bytes, chunk) => {
      try {
        read(bytes, { chunk });
      } catch (error) {
        if (!(error instanceof XmlError)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});
