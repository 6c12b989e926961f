/** Text fit for XML 1.0, in content and in double-quoted attributes. */
export function escapeXml(text: string): string {
  return NEEDS_CARE.test(text) ? text.replace(EACH, replacement) : text;
}

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: XML has no control characters.
const NEEDS_CARE = /[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff\ud800-\udfff]/;
const EACH = /[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: XML has no control characters.

function replacement(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '"':
      return '&quot;';
    case '\r':
      return '&#xD;';
    default:
      return '\ufffd';
  }
}
