/** Calls of a running gateway and what it says, without the parts that make one: those take time to load. */

export interface RemoteOptions {
  readonly url?: string;
  readonly json?: boolean;
}

export interface RemoteCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v1`, already encoded. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a running gateway answered: a problem is an answer, too. */
export interface RemoteAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Which version of it that is, for `If-Match`; null where it has none. */
  readonly etag: string | null;
}

/** The body of an answer that is none of a problem; a problem is told and ends the command. */
export function bodyOf({ status, body }: Omit<RemoteAnswer, 'etag'>): unknown {
  if (status < 400) return body;
  const { title = '', detail = '', errors = [] } = (body ?? {}) as Problem;
  const lines = errors.map(({ pointer, message }) => `\n  ${pointer}: ${message}`);
  throw new RemoteError(
    status,
    `${status} ${title}${detail ? `: ${detail}` : ''}${lines.join('')}`,
  );
}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}

/** What the gateway refused, or that it gave no answer (503). */
export class RemoteError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'RemoteError';
    this.status = status;
  }
}
