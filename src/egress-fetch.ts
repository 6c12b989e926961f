import type { ProviderFetch } from './loans/people/external/provider.ts';
import { wholeBody } from './protocols/answers/bytes.ts';
import type { Egress } from './protocols/types.ts';

/** No sign-in waits longer for the provider's server. */
const timeoutMs = 10_000;

/** The part of `fetch` that sign-in at a university needs, through the egress: no redirects. */
export function fetchThrough(egress: Egress): ProviderFetch {
  return async (url, { method, headers, body }) => {
    if (method !== 'GET' && method !== 'POST') throw new TypeError(`${method} is not asked here`);
    const text = body === undefined || body === null ? null : String(body);
    const answer = await egress.request(
      {
        url: new URL(url),
        method,
        headers: Object.fromEntries(new Headers(headers)),
        body: text === null ? null : new TextEncoder().encode(text),
        connections: 1,
      },
      { signal: AbortSignal.timeout(timeoutMs), deadline: performance.now() + timeoutMs },
    );
    const bytes = await wholeBody(answer.body);
    const given = Object.entries(answer.headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, one]),
    );
    // The body is decoded already, whatever the headers say of its coding and length.
    const kept = given.filter(([name]) => !/^content-(?:encoding|length)$/i.test(name));
    const isEmpty = answer.status === 204 || answer.status === 304;
    return new Response(isEmpty ? null : Buffer.from(bytes), {
      status: answer.status,
      headers: kept,
    });
  };
}
