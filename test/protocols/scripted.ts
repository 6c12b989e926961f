import type { ServerResponse } from 'node:http';
import { serveHttp } from './egress/support.ts';

/** One request as the scripted server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface ScriptedServer {
  readonly url: string;
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** An HTTP server on the loopback that answers as the test says, in XML unless told otherwise. */
export async function scripted(
  answer: (seen: Seen, response: ServerResponse, count: number) => string | undefined,
  onBody: (body: string) => void = () => undefined,
): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  const server = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const parameters = new URLSearchParams(url.search);
      const body = Buffer.concat(chunks).toString();
      if (body !== '') onBody(body);
      const posted = new URLSearchParams(body);
      for (const [name, value] of posted) parameters.append(name, value);
      const one = {
        method: request.method ?? '',
        path: url.pathname,
        parameters,
        headers: request.headers,
      };
      seen.push(one);
      response.setHeader('content-type', 'text/xml; charset=utf-8');
      const text = answer(one, response, seen.length);
      if (text !== undefined) response.end(text);
    });
  });
  return { url: `${server.url}answer`, seen, close: () => server.close() };
}
