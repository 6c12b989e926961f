import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import Type from 'typebox';
import {
  type Address,
  type ApprovedAddress,
  addressesOf,
  addressOfUrl,
  foreignVariables,
  oneHost,
  printAddress,
  unapproved,
} from '../../members/registration/addresses.ts';
import { type ProbeTarget, ProbeTargetError, parseTarget } from '../../probe/index.ts';
import type { ProbeBounds, WebContext } from '../context.ts';
import { badInput, busy, ProblemError, problems } from '../problem.ts';
import { anyCaller, byOwner, ownEntry } from './libraries/callers.ts';
import { refusalOf } from './libraries/refusals.ts';
import { registrationOf } from './libraries/view.ts';

const bilingual = Type.Object({ zh: Type.String(), en: Type.String() });

const reportSchema = Type.Object(
  {
    target: Type.String(),
    protocol: Type.String(),
    startedAt: Type.String(),
    elapsedMs: Type.Integer(),
    score: Type.Integer({ minimum: 0, maximum: 100 }),
    counts: Type.Object({ pass: Type.Integer(), warn: Type.Integer(), fail: Type.Integer() }),
    askedFrom: Type.Union([Type.String(), Type.Null()]),
    politeness: Type.Object({}, { additionalProperties: true }),
    phases: Type.Object({}, { additionalProperties: true }),
    probes: Type.Array(
      Type.Object({
        id: Type.String(),
        group: Type.String(),
        name: bilingual,
        verdict: Type.Enum(['pass', 'warn', 'fail']),
        evidence: bilingual,
        fix: Type.Union([bilingual, Type.Null()]),
      }),
    ),
    document: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()]),
  },
  { title: 'ProbeReport', description: 'A verdict for each probe, and a document that works' },
);

const bodySchema = Type.Object(
  {
    address: Type.Optional(
      Type.String({ maxLength: 2000, description: 'z3950://host:port/database or a URL' }),
    ),
    document: Type.Optional(Type.Object({}, { additionalProperties: true })),
  },
  { additionalProperties: false, description: 'An address, or a library document' },
);

/** Probes that run at once; each takes up to half a minute of a library's attention. */
const maxRunning = 2;

/**
 * `POST /probe` and `POST /libraries/{id}/probe`, for administrators and libraries; everything goes through
 * the egress. A library has only those addresses probed that somebody approved for it.
 */
export async function registerProbe(app: FastifyInstance, context: WebContext): Promise<void> {
  const run = context.probe;
  if (run === undefined) return;
  let running = 0;
  const bounded = async (request: FastifyRequest, target: ProbeTarget, bounds: ProbeBounds) => {
    if (running >= maxRunning) throw busy('other probes are running', 30);
    running += 1;
    const left = new AbortController();
    request.raw.socket?.once('close', () => left.abort());
    try {
      return await run(target, left.signal, bounds);
    } finally {
      running -= 1;
    }
  };
  const shared = {
    tags: ['libraries'],
    ...byOwner,
    response: {
      200: reportSchema,
      400: problems,
      401: problems,
      403: problems,
      404: problems,
      503: problems,
    },
  };
  const scoped: FastifyPluginAsync = async (scope) => {
    scope.setErrorHandler((error, request) => {
      throw refusalOf(error, request);
    });

    scope.post(
      '/api/v1/probe',
      {
        schema: {
          ...shared,
          operationId: 'probeAddress',
          summary: 'Finds out what an address or a document not yet registered can do',
          body: bodySchema,
        },
      },
      async (request, reply) => {
        const caller = await anyCaller(context, request, reply);
        const target = targetOf(context, request.body as ProbeBody);
        if (caller.kind !== 'library') return bounded(request, target, {});
        const { addresses } = await registrationOf(context).detailsOf(caller.id);
        refuseForeign(target);
        refuseUnapproved(context, target, addresses);
        return bounded(request, target, { addresses });
      },
    );

    scope.post(
      '/api/v1/libraries/:id/probe',
      {
        schema: {
          ...shared,
          operationId: 'probeLibrary',
          summary: 'Finds out what a library can do now: its newest document, with its own account',
          params: Type.Object({ id: Type.String() }),
        },
      },
      async (request, reply) => {
        const { caller, entry } = await ownEntry(context, request, reply);
        const { id } = entry.library;
        if (entry.origin !== 'registered') {
          return bounded(request, { kind: 'document', input: entry.input }, {});
        }
        const { document, addresses } = await registrationOf(context).detailsOf(id);
        const target = { kind: 'document', input: document } as const;
        const missing = unapproved(addressesOfTarget(context, target), addresses);
        if (caller.kind !== 'library') {
          // The account was given for the approved addresses; to others it does not go.
          return bounded(request, target, missing.length === 0 ? { library: id } : {});
        }
        refuseUnapproved(context, target, addresses);
        return bounded(request, target, { library: id, addresses });
      },
    );
  };
  await app.register(scoped);
}

/** Nor does it learn what stands in the gateway's environment. */
function refuseForeign(target: ProbeTarget): void {
  if (target.kind !== 'document') return;
  const faults = foreignVariables(target.input, null);
  if (faults.length === 0) return;
  throw badInput(
    faults.map(({ pointer, message }) => ({ pointer: `/document${pointer}`, message })),
  );
}

/** A library's token leads nowhere but to addresses that somebody approved for the library. */
function refuseUnapproved(
  context: WebContext,
  target: ProbeTarget,
  approved: readonly ApprovedAddress[],
): void {
  const wanted = addressesOfTarget(context, target);
  const missing = unapproved(wanted, approved);
  if (wanted.length > 0 && missing.length === 0) return;
  const places = missing.map(printAddress).join(', ') || 'this address';
  const detail = `${places} is probed once an administrator has approved it for this library`;
  throw new ProblemError(403, 'forbidden', detail);
}

function addressesOfTarget(context: WebContext, target: ProbeTarget): readonly Address[] {
  if (target.kind === 'z3950') return [{ host: oneHost(target.host), port: target.port }];
  if (target.kind === 'url') {
    const address = addressOfUrl(target.url.href);
    return address === null ? [] : [address];
  }
  const checked = context.check(target.input);
  return 'faults' in checked ? [] : addressesOf(checked.library.connector);
}

interface ProbeBody {
  readonly address?: string;
  readonly document?: unknown;
}

function targetOf(context: WebContext, { address, document }: ProbeBody): ProbeTarget {
  if ((address === undefined) === (document === undefined)) {
    throw badInput([{ pointer: '', message: 'needs either an address or a document' }]);
  }
  if (address !== undefined) {
    try {
      return parseTarget(address);
    } catch (error) {
      if (!(error instanceof ProbeTargetError)) throw error;
      throw badInput([{ pointer: '/address', message: error.message }]);
    }
  }
  const checked = context.check(document);
  if ('faults' in checked) {
    throw badInput(
      checked.faults.map(({ pointer, message }) => ({ pointer: `/document${pointer}`, message })),
    );
  }
  return { kind: 'document', input: checked.input };
}
