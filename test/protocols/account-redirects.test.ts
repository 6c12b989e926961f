import t from 'tap';
import type { ConnectorInput } from '../../src/members/document.ts';
import { createConnector } from '../../src/protocols/index.ts';
import { serveHttp } from './egress/support.ts';
import { ask, dependencies, library, search } from './support.ts';

const marker = 'marker-of-a-password';
const tools = dependencies({ LIBRARY_USER: 'desk', LIBRARY_PASSWORD: marker });
t.teardown(() => tools.close());
const account = { userEnv: 'LIBRARY_USER', passwordEnv: 'LIBRARY_PASSWORD' };

/** A server that sends everybody on, and remembers what came to each of its paths. */
async function redirecting(status: number, to: (path: string) => string) {
  const came: { path: string; text: string }[] = [];
  const server = await serveHttp(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const path = request.url ?? '';
    came.push({ path, text: `${path} ${JSON.stringify(request.headers)} ${body}` });
    response.writeHead(path.startsWith('/first') ? status : 200, { location: to(path) });
    response.end('<nothing/>');
  });
  return { ...server, came };
}

const basic = Buffer.from(`desk:${marker}`).toString('base64');
const carriesAccount = (text: string) => text.includes(marker) || text.includes(basic);

const protocols: Readonly<Record<string, (url: string) => ConnectorInput>> = {
  'SRU, basic': (url) => ({ protocol: 'sru', url, auth: { kind: 'basic', ...account } }),
  'SRU, parameters in a POST': (url) => ({
    protocol: 'sru',
    url,
    method: 'post',
    auth: { kind: 'parameters', ...account },
  }),
  'X-Service': (url) => ({ protocol: 'xservice', url, credentials: { default: account } }),
};

for (const [name, settings] of Object.entries(protocols)) {
  for (const status of [301, 302, 307, 308]) {
    t.test(`${name}: an account is not sent after a redirect with ${status}`, async (t) => {
      const stranger = await redirecting(200, () => '/');
      const server = await redirecting(status, (path) =>
        path.includes('away') ? `${stranger.url}second` : '/second',
      );
      for (const place of ['first', 'first/away']) {
        const connector = createConnector(library(settings(`${server.url}${place}`)), tools);
        const { error } = await search(connector, ask('x'));
        await connector.close();
        t.equal(error?.code, 'malformed', place);
        t.notOk(carriesAccount(String(error?.stack)), 'nor is it in the error');
      }
      const first = server.came.filter(({ path }) => path.startsWith('/first'));
      t.ok(first.length === 2 && first.every(({ text }) => carriesAccount(text)));
      const after = [...server.came, ...stranger.came].filter(
        ({ path }) => !path.startsWith('/first'),
      );
      t.notOk(after.some(({ text }) => carriesAccount(text)));
      await server.close();
      await stranger.close();
    });
  }
}
