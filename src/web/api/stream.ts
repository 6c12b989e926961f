import type { Server } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Search, SearchEvent, View } from '../../search/types.ts';

export type StreamFormat = 'event-stream' | 'ndjson';

/** The stream an Accept header asks for, or null for a one-shot JSON answer. */
export function streamFormat(request: FastifyRequest): StreamFormat | null {
  const accept = request.headers.accept ?? '';
  if (accept.includes('text/event-stream')) return 'event-stream';
  if (accept.includes('application/x-ndjson')) return 'ndjson';
  return null;
}

/** Between two heartbeats; proxies close streams that are silent for longer. */
const heartbeatMs = 15_000;

/**
 * Streams the events of a search (WHATWG HTML, section 9.2; or one JSON object a line). A client that
 * reads slowly makes the engine coalesce; one that goes away stops being a watcher.
 */
export async function streamSearch(
  search: Search,
  view: View,
  format: StreamFormat,
  reply: FastifyReply,
  afterId: number,
): Promise<void> {
  const gone = new AbortController();
  const response = reply.raw;
  reply.hijack();
  response.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type':
      format === 'ndjson'
        ? 'application/x-ndjson; charset=utf-8'
        : 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.socket?.setNoDelay(true);
  response.on('close', () => gone.abort());
  const stop = () => response.destroy();
  const { server } = reply.server;
  const streams = streamsOf(server);
  streams.add(stop);
  const write = async (text: string) => {
    if (response.write(text) || gone.signal.aborted) return;
    await new Promise<void>((resolve) => {
      response.once('drain', resolve);
      gone.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  };
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(format === 'ndjson' ? '\n' : ': alive\n\n');
  }, heartbeatMs);
  try {
    if (format === 'event-stream') await write('retry: 2000\n\n');
    for await (const event of search.events(afterId, view, gone.signal)) {
      await write(format === 'ndjson' ? ndjson(event) : serverSentEvent(event));
      if (gone.signal.aborted) break;
    }
  } finally {
    clearInterval(heartbeat);
    streams.delete(stop);
    if (streams.size === 0) endings.get(server)?.();
    response.end();
  }
}

/** The open streams of each server, and who waits for the last of them to end. */
const openStreams = new WeakMap<Server, Set<() => void>>();
const endings = new WeakMap<Server, () => void>();

function streamsOf(server: Server): Set<() => void> {
  const known = openStreams.get(server) ?? new Set();
  openStreams.set(server, known);
  return known;
}

/**
 * Lets open streams come to the end of their searches, and cuts those that take longer: without it a
 * closing server would wait for readers for ever.
 */
export async function endStreams(server: Server, graceMs: number): Promise<void> {
  const streams = streamsOf(server);
  if (streams.size === 0) return;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
    endings.set(server, resolve);
  });
  clearTimeout(timer);
  for (const stop of streams) stop();
}

function serverSentEvent(event: SearchEvent): string {
  return `id: ${event.id}\nevent: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`;
}

function ndjson(event: SearchEvent): string {
  return `${JSON.stringify({ event: event.event, id: event.id, data: event.data })}\n`;
}

/** Where a reader of this search's events left off (WHATWG HTML, section 9.2.4). */
export function lastEventId(request: FastifyRequest): number {
  const header = request.headers['last-event-id'];
  return typeof header === 'string' && /^[0-9]{1,9}$/.test(header) ? Number(header) : 0;
}
