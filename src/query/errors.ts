/** A query that does not parse. `position` counts characters (UTF-16 units) from 0. */
export class QuerySyntaxError extends Error {
  readonly position: number;
  /** SRU diagnostic number (info:srw/diagnostic/1/N) that names the fault. */
  readonly diagnostic: number;

  constructor(message: string, position: number, diagnostic = 10) {
    super(message);
    this.name = 'QuerySyntaxError';
    this.position = position;
    this.diagnostic = diagnostic;
  }
}

/** A query that a library's dialect cannot say without losing hits. */
export class UnsupportedQueryError extends Error {
  readonly zh: string;
  readonly en: string;

  constructor(zh: string, en: string) {
    super(en);
    this.name = 'UnsupportedQueryError';
    this.zh = zh;
    this.en = en;
  }
}
