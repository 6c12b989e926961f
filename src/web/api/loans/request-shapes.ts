import Type from 'typebox';
import { readerPhases } from '../../../loans/lifecycle/states.ts';
import { nullable } from '../../../members/schema/common.ts';
import { closedObject } from './routes.ts';
import { citation, copy, day, fieldFault, instant, sentence, verdict } from './schemas.ts';

const optional = <T extends Type.TSchema>(schema: T) => Type.Optional(nullable(schema));
const text = (maxLength: number, description?: string) =>
  optional(Type.String({ maxLength, ...(description && { description }) }));

const holding = closedObject({ library: Type.String(), localId: Type.String() });

/** What a reader sends, alike for the preview and the request itself. */
export const requestInput = closedObject(
  {
    record: text(64, 'Id of a merged record; its holding says which library is asked'),
    holding: optional(holding),
    citation: optional(
      Type.Partial(citation, { description: 'Where no record is at hand; `title` at least' }),
    ),
    library: text(32, 'The lender wanted for a citation; without one the home desk chooses'),
    alternatives: Type.Optional(
      Type.Array(closedObject({ library: Type.String(), localId: text(200) }), {
        maxItems: 20,
        description: 'Further lenders, in order, where policy sends a refused request on',
      }),
    ),
    service: Type.Optional(Type.Enum(['loan'])),
    delivery: optional(
      Type.Enum(['courier', 'pickup'], { description: 'pickup: the reader visits the lender' }),
    ),
    volumes: optional(Type.Integer({ minimum: 1, maximum: 99, description: 'Physical volumes' })),
    recipient: optional(closedObject({ name: text(100), email: text(254), phone: text(50) })),
    ownReference: text(64),
    neededBy: optional(day),
    maxCost: optional(
      Type.Union([Type.Number({ minimum: 0 }), Type.String({ maxLength: 12 })], {
        description: 'In yuan',
      }),
    ),
    note: optional(Type.String({ description: 'At most 50 characters, as policy says' })),
  },
  'RequestInput',
);

export const preview = Type.Object(
  {
    form: Type.Array(
      Type.Object({ name: Type.String(), label: sentence, value: nullable(Type.String()) }),
      { description: 'Every line of the form as it would be sent' },
    ),
    citation,
    lender: nullable(
      Type.Object({
        id: Type.String(),
        code: Type.String(),
        name: sentence,
        desk: sentence,
        phone: Type.String(),
        email: Type.String(),
      }),
    ),
    deliveries: Type.Array(Type.Enum(['courier', 'pickup'])),
    delivery: nullable(Type.Enum(['courier', 'pickup'])),
    fees: Type.Array(Type.Object({})),
    duplicates: Type.Array(Type.Object({ number: Type.String(), state: Type.String() })),
    homeHoldings: nullable(
      Type.Object({ state: Type.Enum(['asked', 'failed']), copies: Type.Array(copy) }),
    ),
    volumes: Type.Object({ used: Type.Integer(), limit: nullable(Type.Integer()) }),
    verdicts: Type.Array(verdict),
    faults: Type.Array(fieldFault),
    submittable: Type.Boolean(),
    policyRevision: Type.Integer(),
  },
  { title: 'Preview' },
);

const phases = Object.keys(readerPhases);
const flags = Type.Record(Type.String(), instant, {
  description: 'overdue, recalled, renewal, attention, damaged: since when',
});

const leg = Type.Object({
  leg: Type.Integer(),
  lender: Type.String(),
  lenderName: sentence,
  state: Type.String(),
  stateName: sentence,
  owner: nullable(Type.String()),
  deadline: nullable(instant),
  callNumber: nullable(Type.String()),
  localId: nullable(Type.String()),
  location: nullable(Type.String()),
  dueDate: nullable(day),
  condition: Type.Unknown(),
  unfilledReason: nullable(Type.String()),
  flags,
  openedAt: instant,
  closedAt: nullable(instant),
});

const item = Type.Object({
  leg: Type.Integer(),
  volume: Type.Integer(),
  barcode: Type.String(),
  outAt: instant,
  backAt: nullable(instant),
  outcome: nullable(Type.Enum(['back', 'damaged', 'lost'])),
  conditionBack: nullable(Type.String()),
});

export const requestView = Type.Object(
  {
    number: Type.String(),
    version: Type.Integer({ description: 'Stands in the ETag; If-Match names it' }),
    side: Type.Enum(['borrowing', 'lending'], { description: 'Whose state is shown' }),
    state: Type.String(),
    stateName: sentence,
    phase: Type.Enum(phases),
    phaseName: sentence,
    closed: Type.Boolean(),
    owner: nullable(Type.Enum(['reader', 'home', 'lender', 'system'])),
    deadline: nullable(instant),
    homeLibrary: Type.String(),
    homeName: sentence,
    lender: nullable(Type.String()),
    service: Type.String(),
    delivery: Type.String(),
    volumes: Type.Integer(),
    citation,
    holding: nullable(copy),
    recipient: nullable(
      Type.Object({ name: Type.String(), email: Type.String(), phone: nullable(Type.String()) }),
    ),
    reader: nullable(Type.String({ description: 'For the home desk' })),
    ownReference: nullable(Type.String()),
    note: nullable(Type.String()),
    neededBy: nullable(day),
    maxCost: nullable(Type.Integer({ description: 'In fen' })),
    submittedAt: instant,
    cancelUntil: instant,
    promisedBy: nullable(day),
    dueDate: nullable(day),
    visitAt: nullable(instant),
    duplicateOf: nullable(Type.String()),
    flags,
    closedAt: nullable(instant),
    policyRevision: Type.Integer(),
    legs: Type.Array(leg),
    items: Type.Array(item),
  },
  { title: 'Request' },
);

export const requestLine = Type.Object(
  {
    number: Type.String(),
    version: Type.Integer(),
    state: Type.String(),
    stateName: sentence,
    phase: Type.Enum(phases),
    title: Type.String(),
    author: nullable(Type.String()),
    volumes: Type.Integer(),
    delivery: Type.String(),
    homeLibrary: Type.String(),
    lender: nullable(Type.String()),
    legState: nullable(Type.String()),
    callNumber: nullable(Type.String()),
    submittedAt: instant,
    deadline: nullable(instant),
    dueDate: nullable(day),
    flags,
  },
  { title: 'RequestLine' },
);
export const requestList = Type.Object({
  requests: Type.Array(requestLine),
  next: nullable(Type.String({ description: '`after` of the next page' })),
});

export const event = Type.Object(
  {
    seq: Type.Integer(),
    leg: Type.Integer({ description: '0 for the borrowing side' }),
    side: Type.Enum(['borrowing', 'lending']),
    action: Type.String(),
    actionName: sentence,
    from: Type.String(),
    to: Type.String(),
    role: Type.String(),
    library: nullable(Type.String()),
    actor: nullable(Type.String()),
    at: instant,
    detail: Type.Unknown(),
  },
  { title: 'Event' },
);

export const message = Type.Object(
  {
    leg: Type.Integer(),
    from: Type.Enum(['borrowing', 'lending']),
    seq: Type.Integer(),
    kind: Type.String(),
    iso: Type.String({ description: 'What ISO 18626 calls it' }),
    payload: Type.Unknown(),
    sentAt: instant,
    receivedAt: nullable(instant),
    outcome: Type.Enum(['waiting', 'applied', 'ignored', 'late']),
  },
  { title: 'Message' },
);

/** Inputs of all actions; each action says in `needs` which it cannot do without. */
export const actionInput = closedObject(
  {
    side: Type.Optional(
      Type.Enum(['borrowing', 'lending'], { description: 'Where both sides have the action' }),
    ),
    reason: text(500),
    remark: text(500),
    condition: text(500, 'Of an offer: its text; of a return: good or damaged'),
    cost: optional(Type.Integer({ minimum: 0, description: 'In fen' })),
    barcodes: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 99 })),
    volumes: Type.Optional(
      Type.Array(
        closedObject({
          barcode: Type.String({ maxLength: 64 }),
          condition: Type.Optional(Type.Enum(['good', 'damaged'])),
          remark: text(500),
        }),
        { maxItems: 99 },
      ),
    ),
    dueDate: optional(day),
    lender: text(32, 'Of send: the library to ask'),
    holding: optional(Type.Partial(copy)),
    citation: optional(Type.Partial(citation)),
    duplicateOf: text(40),
    visitAt: optional(instant),
  },
  'ActionInput',
);

export const actionResult = Type.Object(
  {
    number: Type.String(),
    version: Type.Integer(),
    state: Type.String(),
    legState: nullable(Type.String()),
    events: Type.Array(Type.Integer()),
  },
  { title: 'ActionResult' },
);

export const actionView = Type.Object(
  {
    action: Type.String(),
    side: Type.Enum(['borrowing', 'lending']),
    name: sentence,
    open: Type.Boolean(),
    why: nullable(Type.Object({ zh: Type.String(), en: Type.String(), rule: Type.String() })),
    primary: Type.Boolean(),
    closing: Type.Boolean(),
    needs: Type.Array(Type.String()),
    to: nullable(Type.String()),
  },
  { title: 'OpenAction' },
);
