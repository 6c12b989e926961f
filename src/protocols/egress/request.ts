import type { EgressCall, EgressLimits, HttpAnswer, HttpRequest } from '../types.ts';
import { type BoundedBody, boundedBody } from './body.ts';
import { type Bound, boundBy } from './bounds.ts';
import { EgressError, sentences, toEgressError } from './errors.ts';
import type { Connection, OriginPool } from './pool.ts';

const maxRedirects = 2;
const maxDrainedBytes = 64 * 1024;

/** Sent unless the request says otherwise; one gzip is the only packing that is unpacked. */
const standingHeaders = { 'user-agent': 'Guanji', 'accept-encoding': 'gzip' };

/** Throws unless the URL is plain http or https without credentials in it. */
export function checkUrl(url: URL): void {
  const plain = url.protocol === 'http:' || url.protocol === 'https:';
  if (!plain || url.username !== '' || url.password !== '') {
    throw new EgressError('forbidden_url', sentences.forbidden_url);
  }
}

/**
 * One request and its answer. A connection that an earlier call had used and that breaks before the answer
 * begins is replaced once, if the request may be repeated; anything else is the caller's to repeat.
 */
export async function ask(
  pool: OriginPool,
  request: HttpRequest,
  call: EgressCall,
  limits: EgressLimits,
): Promise<HttpAnswer> {
  const repeatable = request.repeatable ?? request.method === 'GET';
  for (let fresh = false; ; fresh = true) {
    const connection = await pool.acquire(call, request.connections, fresh);
    try {
      return await exchange(pool, connection, request, call, limits);
    } catch (error) {
      const stale = connection.reused && error instanceof EgressError && isBroken(error);
      if (!stale || !repeatable) throw error;
    }
  }
}

function isBroken(error: EgressError): boolean {
  return error.reason === 'connect_reset' || error.reason === 'http_protocol';
}

async function exchange(
  pool: OriginPool,
  connection: Connection,
  request: HttpRequest,
  call: EgressCall,
  limits: EgressLimits,
): Promise<HttpAnswer> {
  const bound = boundBy(call);
  const ended = (usable: boolean) => {
    bound.release();
    pool.release(connection, usable);
  };
  try {
    bound.signal.throwIfAborted();
    call.trace?.enter(request.phase ?? 'search');
    call.trace?.roundTrip();
    const { statusCode, headers, body } = await send(connection, request, bound);
    const source = { stream: body, headers, signal: bound.signal, limits, ended };
    const bounded = withDeadline(boundedBody(source), bound);
    return {
      status: statusCode,
      headers,
      url: request.url,
      body: bounded,
      discard: bounded.discard,
    };
  } catch (error) {
    ended(false);
    throw bound.signal.aborted ? bound.signal.reason : toEgressError(error, 'connect_reset');
  }
}

/** An answer nobody reads or discards is given up at the deadline, so that its place is free again. */
function withDeadline(body: BoundedBody, bound: Bound): BoundedBody {
  bound.signal.addEventListener('abort', () => body.discard(), { once: true });
  return body;
}

function send({ client }: Connection, request: HttpRequest, bound: Bound) {
  return client.request({
    path: request.url.pathname + request.url.search,
    method: request.method,
    headers: { ...standingHeaders, ...request.headers },
    body: request.body,
    signal: bound.signal,
  });
}

/** Where an answer redirects to when that is the same scheme, host and port; null when it does not. */
export function redirectTarget(url: URL, answer: HttpAnswer): URL | null {
  if (![301, 302, 303, 307, 308].includes(answer.status)) return null;
  const location = answer.headers.location;
  if (typeof location !== 'string' || !URL.canParse(location, url.href)) {
    throw new EgressError('redirect', sentences.redirect);
  }
  const target = new URL(location, url.href);
  checkUrl(target);
  if (target.origin !== url.origin) throw new EgressError('redirect', sentences.redirect);
  return target;
}

/** Asks, and follows as many redirects as the request allows; each must stay where the first was. */
export async function askFollowing(
  pool: OriginPool,
  first: HttpRequest,
  call: EgressCall,
  limits: EgressLimits,
): Promise<HttpAnswer> {
  const allowed = Math.min(first.redirects ?? 0, maxRedirects);
  let request = first;
  for (let followed = 0; ; followed += 1) {
    const answer = await ask(pool, request, call, limits);
    if (allowed === 0) return answer;
    let target: URL | null;
    try {
      target = redirectTarget(request.url, answer);
      if (target !== null && followed === allowed) {
        throw new EgressError('redirect', 'The server redirects again and again.');
      }
    } catch (error) {
      answer.discard();
      throw error;
    }
    if (target === null) return answer;
    await drain(answer);
    request = redirected(request, target, answer.status);
  }
}

/** Reads a short body to its end so that the connection can be kept; gives a long one up. */
async function drain(answer: HttpAnswer): Promise<void> {
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    if (bytes > maxDrainedBytes) break;
  }
}

/** RFC 9110 section 15.4: 307 and 308 keep the method and the body, the others become a GET. */
function redirected(request: HttpRequest, url: URL, status: number): HttpRequest {
  if (status === 307 || status === 308) return { ...request, url };
  const { 'content-type': _dropped, ...headers } = request.headers;
  return { ...request, url, method: 'GET', body: null, headers };
}
