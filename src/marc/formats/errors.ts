export const marcErrorReasons = [
  'too_short',
  'no_directory',
  'too_many_fields',
  'not_marc',
  'field_too_long',
  'record_too_long',
  'unwritable',
] as const;
export type MarcErrorReason = (typeof marcErrorReasons)[number];

/** A record that cannot be read or written; the message is one English sentence saying what and where. */
export class MarcError extends Error {
  readonly reason: MarcErrorReason;

  constructor(reason: MarcErrorReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'MarcError';
    this.reason = reason;
  }
}
