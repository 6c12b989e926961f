import type { Command } from 'commander';
import { bodyOf, type RemoteAnswer, type RemoteCall } from './answers.ts';
import { InputError } from './errors.ts';
import { printAnswer } from './libraries-print.ts';
import { printJson } from './output.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Options of all these commands, by their names; each command has some of them. */
interface Options {
  readonly url?: string;
  readonly json?: boolean;
  readonly status?: string;
  readonly invitation?: string;
  readonly why?: string;
  readonly range?: readonly string[];
  readonly zh?: string;
  readonly en?: string;
  readonly reason?: string;
  readonly until?: string;
  readonly from?: string;
  readonly to?: string;
  readonly grace?: string;
  readonly library?: string;
  readonly address?: string;
  readonly note?: string;
  readonly days?: string;
}

type Call = (call: RemoteCall) => Promise<RemoteAnswer>;
type Work = (call: Call, args: readonly string[], options: Options) => Promise<unknown>;

const repeated = (value: string, before: readonly string[] = []) => [...before, value];

/** `guanji libraries …`: registering, approving and changing libraries at a running gateway. */
export function addLibraries(
  program: Command,
  environment: Environment,
  end: (code: number) => void,
): void {
  const libraries = program
    .command('libraries')
    .description('member libraries of a running gateway; the token comes from GUANJI_TOKEN');
  const add = (usage: string, description: string, work: Work) =>
    libraries
      .command(usage)
      .description(description)
      .option('--url <url>', 'the gateway, http://127.0.0.1:8080 by default')
      .option('--json', "print the API's answer and nothing else")
      .action(async (...given: unknown[]) => {
        // commander hands over the arguments, then the options, then the command.
        const options = given.at(-2) as Options;
        const args = given.slice(0, -2).map((one) => String(one ?? ''));
        const { callGateway } = await import('./remote.ts');
        const call: Call = (one) => callGateway(one, options, environment);
        const answer = await work(call, args, options);
        if (options.json) await printJson(answer);
        else await printAnswer(answer);
        end(0);
      });

  add('list', 'libraries that readers know; with --status others', (call, _args, { status }) =>
    get(call, `/libraries${status === undefined ? '' : `?status=${encodeURIComponent(status)}`}`),
  ).option('--status <status>', 'draft, testing, approved, live, paused or retired');
  add('show <id>', 'one library', (call, [id]) => get(call, at(id)));
  add('register <file>', 'registers the document of a file', register).option(
    '--invitation <code>',
    'as an invited library; the answer shows its token',
  );
  add('update <file>', 'replaces a document by that of a file', update).option(
    '--why <text>',
    'for the list of versions',
  );
  addSteps(add);
  add('versions <id>', 'versions of the document, or what differs between two', versions)
    .option('--from <n>', 'compare this version')
    .option('--to <n>', 'with this one');
  add('rollback <id> <version>', 'takes an earlier version', (call, [id, version]) =>
    step(call, id, 'rollback', { version: whole(version, 'the version') }),
  );
  add('token <id>', 'a new token, shown once', (call, [id], { grace }) =>
    step(call, id, 'tokens', grace === undefined ? {} : { graceSeconds: whole(grace, '--grace') }),
  ).option('--grace <seconds>', 'how long the one before stays good');
  add(
    'credentials <id>',
    'sets the account at its server from GUANJI_LIBRARY_USER and GUANJI_LIBRARY_PASSWORD',
    (call, [id]) => setAccount(call, id, environment),
  );
  add('invite', 'an invitation code, shown once', invite)
    .option('--library <id>', 'good for this id only')
    .option('--address <host:port>', 'may be probed before anything else is approved')
    .option('--note <text>', 'who it is for')
    .option('--days <n>', 'how long it is good');
}

type Add = (usage: string, description: string, work: Work) => Command;

function addSteps(add: Add): void {
  for (const [action, description] of [
    ['submit', 'asks for approval of a draft'],
    ['golive', 'lets an approved version answer'],
    ['resume', 'ends a pause'],
    ['retire', 'retires a library for good'],
  ] as const) {
    add(`${action} <id>`, description, (call, [id]) => step(call, id, action, {}));
  }
  add('approve <id>', 'approves where the newest version connects to', (call, [id], options) =>
    step(call, id, 'approve', given({ ranges: options.range, status: options.status })),
  )
    .option('--range <cidr>', 'its addresses must lie in; repeatable', repeated)
    .option('--status <status>', 'live (default), or approved to wait');
  add('refuse <id>', 'gives a version back to be changed', (call, [id], { reason }) =>
    step(call, id, 'refuse', given({ reason })),
  ).option('--reason <text>', 'what has to be changed');
  add('pause <id>', 'takes a library out of searches', (call, [id], { zh, en, until }) =>
    step(call, id, 'pause', given({ reason: given({ zh, en }), until })),
  )
    .option('--zh <text>', 'what readers are told, in Chinese')
    .option('--en <text>', 'and in English')
    .option('--until <time>', 'when it ends, as 2026-03-01T20:00:00+08:00');
}

const at = (id = '') => `/libraries/${encodeURIComponent(id)}`;

async function get(call: Call, path: string): Promise<unknown> {
  return bodyOf(await call({ method: 'GET', path }));
}

const register: Work = async (call, [file = ''], { invitation }) => {
  const headers = invitation === undefined ? {} : { invitation };
  const body = await readDocument(file);
  return bodyOf(await call({ method: 'POST', path: '/libraries', body, headers }));
};

const update: Work = async (call, [file = ''], { why }) => {
  const body = await readDocument(file);
  const headers = await matching(call, body.id);
  const query = why === undefined ? '' : `?why=${encodeURIComponent(why)}`;
  return bodyOf(await call({ method: 'PUT', path: `${at(body.id)}${query}`, body, headers }));
};

const versions: Work = async (call, [id], { from, to }) => {
  if (from === undefined && to === undefined) return await get(call, `${at(id)}/versions`);
  const [first, second] = [whole(from, '--from'), whole(to, '--to')];
  return await get(call, `${at(id)}/versions/compare?from=${first}&to=${second}`);
};

const invite: Work = async (call, _args, { library, address, note, days }) => {
  const place = /^(.+):(\d{1,5})$/.exec(address ?? '');
  if (address !== undefined && place === null) throw new InputError('--address must be host:port');
  const body = given({
    library,
    note,
    address: place === null ? undefined : { host: place[1], port: Number(place[2]) },
    days: days === undefined ? undefined : whole(days, '--days'),
  });
  return bodyOf(await call({ method: 'POST', path: '/invitations', body }));
};

/** A password on the command line would be seen by everybody on the machine. */
async function setAccount(
  call: Call,
  id: string | undefined,
  { GUANJI_LIBRARY_USER: user, GUANJI_LIBRARY_PASSWORD: password }: Environment,
): Promise<unknown> {
  if (!user && !password) {
    throw new InputError('set GUANJI_LIBRARY_USER and GUANJI_LIBRARY_PASSWORD');
  }
  const headers = await matching(call, id);
  const body = given({ user: user || undefined, password: password || undefined });
  return bodyOf(await call({ method: 'PUT', path: `${at(id)}/credentials`, body, headers }));
}

async function readDocument(file: string): Promise<{ readonly id?: string }> {
  const documents = await import('./document.ts');
  return await documents.readDocument(file);
}

/** One step, of the entry as it is now: what somebody else does meanwhile refuses it. */
async function step(
  call: Call,
  id: string | undefined,
  action: string,
  body: object,
): Promise<unknown> {
  const headers = await matching(call, id);
  return bodyOf(await call({ method: 'POST', path: `${at(id)}/${action}`, body, headers }));
}

async function matching(call: Call, id: string | undefined): Promise<Record<string, string>> {
  const answer = await call({ method: 'GET', path: at(id) });
  bodyOf(answer);
  return answer.etag === null ? {} : { 'if-match': answer.etag };
}

function whole(text: string | undefined, name: string): number {
  if (/^\d{1,9}$/.test(text ?? '')) return Number(text);
  throw new InputError(`${name} must be a whole number`);
}

/** An object without what was not given. */
function given(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
