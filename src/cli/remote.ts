import { wholeBody } from '../protocols/answers/bytes.ts';
import { createEgress } from '../protocols/egress.ts';
import type { Egress, HttpAnswer } from '../protocols/types.ts';
import { InputError } from './errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

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

/** No answer of the API takes longer. */
const timeoutMs = 30_000;

const usualUrl = 'http://127.0.0.1:8080';

/**
 * One call of a running gateway's API, with the token of the environment: GUANJI_TOKEN, a library's or an
 * administrator's.
 */
export async function callGateway(
  { method, path, body, headers = {} }: RemoteCall,
  { url = usualUrl }: RemoteOptions,
  environment: Environment,
): Promise<RemoteAnswer> {
  const address = addressAt(url, path);
  const token = environment.GUANJI_TOKEN;
  const egress = egressTo(address);
  try {
    const answer = await egress.request(
      {
        url: address,
        method,
        headers: {
          accept: 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
        connections: 1,
      },
      { signal: AbortSignal.timeout(timeoutMs), deadline: performance.now() + timeoutMs },
    );
    return await readAnswer(answer);
  } catch (error) {
    throw new RemoteError(503, `${url} gives no answer: ${(error as Error).message}`);
  } finally {
    await egress.close();
  }
}

/** A path below `/api/v1` at the gateway that was named. */
export function addressAt(url: string, path: string): URL {
  if (!URL.canParse(url)) throw new InputError('--url must be an absolute URL');
  return new URL(`/api/v1${path}`, url);
}

/** Whoever names the address may reach it. No redirect is followed, so a token goes nowhere else. */
export function egressTo({ protocol, hostname, port }: URL): Egress {
  const known = port || (protocol === 'https:' ? '443' : '80');
  return createEgress({ allow: [`${hostname}:${known}`] });
}

async function readAnswer({ status, headers, body }: HttpAnswer): Promise<RemoteAnswer> {
  const text = Buffer.from(await wholeBody(body)).toString('utf8');
  const etag = typeof headers.etag === 'string' ? headers.etag : null;
  return { status, body: text === '' ? null : JSON.parse(text), etag };
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
