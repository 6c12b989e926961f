import type { HttpSettings, LibraryDocument } from '../../members/document.ts';
import { wholeBody } from '../answers/bytes.ts';
import { AnswerError } from '../answers/errors.ts';
import { redirectTarget } from '../egress.ts';
import { httpFailure } from '../failures.ts';
import type { Egress, EgressCall, HttpAnswer, HttpRequest } from '../types.ts';
import { readPage } from './page.ts';
import { firstValueOf, type Selector } from './values.ts';

const maxCookies = 50;
const maxCookieLength = 4096;
const maxRedirects = 2;

/** What a first request left behind for the requests after it. */
export interface Session {
  readonly token: string | null;
  readonly cookies: Map<string, string>;
}

export function newSession(): Session {
  return { token: null, cookies: new Map() };
}

/**
 * Asks with the session's cookies, keeps those the answer sets, and follows redirects that stay on the same
 * scheme, host and port, since catalogues hand out a session by redirecting to it.
 */
export async function askInSession(
  egress: Egress,
  session: Session,
  first: HttpRequest,
  call: EgressCall,
): Promise<HttpAnswer> {
  let request = first;
  for (let followed = 0; ; followed += 1) {
    const answer = await egress.request(withCookies(request, session), call);
    keepCookies(session, answer.headers['set-cookie']);
    let target: URL | null;
    try {
      target = redirectTarget(request.url, answer);
    } catch (error) {
      answer.discard();
      throw error;
    }
    if (target === null) return answer;
    answer.discard();
    if (followed === maxRedirects) {
      throw new AnswerError('redirect', 'The server redirects again and again.');
    }
    const keeps = answer.status === 307 || answer.status === 308;
    request = keeps ? { ...request, url: target } : asGet(request, target);
  }
}

function asGet(request: HttpRequest, url: URL): HttpRequest {
  const { 'content-type': _dropped, ...headers } = request.headers;
  return { ...request, url, method: 'GET', body: null, headers };
}

function withCookies(request: HttpRequest, { cookies }: Session): HttpRequest {
  if (cookies.size === 0) return request;
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return { ...request, headers: { ...request.headers, cookie } };
}

/** Name and value of each cookie; everything else about it is for browsers (RFC 6265 section 5.2). */
function keepCookies({ cookies }: Session, headers: string | string[] | undefined): void {
  for (const header of headers === undefined ? [] : [headers].flat()) {
    const [pair = '', ...attributes] = header.split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const value = pair.slice(at + 1).trim();
    if (at < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\x21-\x7e]*$/.test(value)) continue;
    if (pair.length > maxCookieLength) continue;
    const expired = attributes.some((attribute) => /^\s*max-age\s*=\s*(?:0|-)/i.test(attribute));
    if (expired) cookies.delete(name);
    else if (cookies.has(name) || cookies.size < maxCookies) cookies.set(name, value);
  }
}

/** `@url` is the address that the answer came from, where sessions stand in the path. */
const answerAddress = '@url';

/** Makes the first request of a document and takes its token. Throws AnswerError where there is none. */
export async function openSession(
  library: LibraryDocument<HttpSettings>,
  egress: Egress,
  call: EgressCall,
): Promise<Session> {
  const settings = library.connector;
  const { session: asked } = settings;
  const session = newSession();
  if (asked === undefined) return session;
  const request: HttpRequest = {
    url: new URL(asked.url),
    method: asked.method === 'post' ? 'POST' : 'GET',
    headers: {},
    body: null,
    connections: settings.limits.connections,
    phase: 'init',
    repeatable: true,
  };
  const answer = await askInSession(egress, session, request, call);
  const failure = httpFailure(library.id, answer);
  if (failure !== null) {
    answer.discard();
    throw failure;
  }
  const bytes = await wholeBody(answer.body);
  if (asked.token === undefined) return session;
  const token = isAddress(asked.token)
    ? cutAddress(answer.url, asked.token)
    : firstValueOf(
        ...rooted(readPage(bytes, 'html', settings.charset, answer.headers['content-type'])),
        asked.token,
      );
  if (token === null || token === '') {
    throw new AnswerError('no_token', 'The first request of a session gave no token.');
  }
  return { ...session, token };
}

function rooted<P extends { readonly root: unknown }>(page: P): [P, P['root']] {
  return [page, page.root];
}

function isAddress(selector: Selector): boolean {
  return (typeof selector === 'string' ? selector : selector.select) === answerAddress;
}

/** The address cut by the same clean-ups as any other value. */
function cutAddress(url: URL, selector: Selector): string | null {
  const page = {
    root: url,
    places: () => ({ there: true, values: [url] }),
    texts: () => ({ there: true, values: [url.href] }),
    source: () => url.href,
  };
  return firstValueOf(page, url, selector);
}
