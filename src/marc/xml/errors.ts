export const xmlErrorReasons = [
  'xml_depth',
  'xml_elements',
  'xml_attributes',
  'xml_namespaces',
  'xml_size',
  'xml_text',
  'xml_doctype',
  'xml_encoding',
  'xml_malformed',
  'xml_truncated',
] as const;
export type XmlErrorReason = (typeof xmlErrorReasons)[number];

/** XML that is refused: over a limit, not well-formed, or cut short. */
export class XmlError extends Error {
  readonly reason: XmlErrorReason;

  constructor(reason: XmlErrorReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'XmlError';
    this.reason = reason;
  }
}
