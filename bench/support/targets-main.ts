import { startSandbox } from '../../src/sandbox/index.ts';
import { withoutPrograms } from '../../test/support/requirements.ts';
import { startZebra } from '../../test/support/zebra.ts';
import { benchCatalogue } from './catalogue.ts';
import { type DelayProxy, startDelayProxy } from './delay-proxy.ts';

/**
 * The bench's libraries and the delays in front of them, in a process of their own so that their work is
 * not counted as the gateway's. Prints nothing; tells the parent the ports; ends with the channel.
 */
interface Wish {
  readonly roundTrips: readonly number[];
  readonly records: number;
}
const wish = JSON.parse(process.argv[2] ?? '{}') as Wish;

const backs = withoutPrograms('zebrasrv', 'zebraidx')
  ? await sandboxTargets()
  : await zebraTargets();
const proxies: DelayProxy[] = [];
for (const [at, roundTripMs] of wish.roundTrips.entries()) {
  const back = backs.targets[at % backs.targets.length];
  if (back) proxies.push(await startDelayProxy(back, roundTripMs));
}

process.on('disconnect', async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await backs.stop();
  process.exit(0);
});
process.on('message', () => {
  process.send?.({ accepted: proxies.map((proxy) => proxy.accepted()) });
});
process.send?.({
  kind: backs.kind,
  query: backs.query,
  targets: proxies.map(({ port }, at) => ({
    port,
    database: backs.targets[at % backs.targets.length]?.database,
    syntax: backs.targets[at % backs.targets.length]?.syntax,
  })),
});

/** Ten databases of different records in one Zebra. */
async function zebraTargets() {
  const names = wish.roundTrips.map((_, at) => `bench${at}`);
  const zebra = await startZebra(
    Object.fromEntries(names.map((name, at) => [name, benchCatalogue(at, wish.records)])),
  );
  return {
    kind: 'Zebra, different records',
    query: 'jazz',
    targets: names.map((database) => ({
      host: '127.0.0.1',
      port: zebra.doors.utf8.port,
      database,
      syntax: 'usmarc',
    })),
    stop: () => zebra.stop(),
  };
}

/** Where Zebra is not installed: the demonstration's own Z39.50 servers. */
async function sandboxTargets() {
  const sandbox = await startSandbox({ delays: false });
  const targets = sandbox.documents.flatMap(({ connector }) =>
    connector.protocol === 'z3950' && connector.port && connector.database
      ? [
          {
            host: '127.0.0.1',
            port: connector.port,
            database: connector.database,
            syntax: connector.syntax ?? 'usmarc',
          },
        ]
      : [],
  );
  return {
    kind: 'demonstration servers (Zebra is not installed)',
    query: '化学',
    targets,
    stop: () => sandbox.close(),
  };
}
