import { wholeBody } from '../protocols/answers/bytes.ts';
import { createEgress } from '../protocols/egress.ts';
import type { Egress, HttpAnswer } from '../protocols/types.ts';
import { type RemoteAnswer, type RemoteCall, RemoteError, type RemoteOptions } from './answers.ts';
import { InputError } from './errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

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
