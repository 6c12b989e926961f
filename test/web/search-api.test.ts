import t from 'tap';
import { startTestGateway } from '../support/gateway.ts';
import { doorAt, searchSuite, suiteBehaviours, suiteLibraries } from '../support/search-suite.ts';

const gateway = await startTestGateway(suiteLibraries, suiteBehaviours);
t.teardown(() => gateway.close());
searchSuite(t, doorAt(await gateway.app.listen({ host: '127.0.0.1', port: 0 })));

t.test(
  'pages of other origins may search where they are configured, and read the headers of answers',
  async (t) => {
    const ours = 'https://catalogue.example.edu';
    const other = await startTestGateway(suiteLibraries, suiteBehaviours, null, () => true, {
      GUANJI_CORS_ORIGINS: ours,
    });
    t.teardown(() => other.close());
    const ask = (origin: string) =>
      other.app.inject({ url: '/api/v1/search?q=a', headers: { origin } });
    const answer = await ask(ours);
    t.equal(answer.headers['access-control-allow-origin'], ours);
    t.match(answer.headers['access-control-expose-headers'], /ETag.*Location.*Retry-After/);
    t.equal(
      (await ask('https://elsewhere.example')).headers['access-control-allow-origin'],
      undefined,
    );
  },
);
