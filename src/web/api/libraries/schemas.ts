import Type from 'typebox';
import { libraryStatuses } from '../../../members/document.ts';
import { serviceNames } from '../../../members/services.ts';
import { windowSchema } from '../health/windows.ts';

/** Shapes of requests and answers about registration, for checking and for the OpenAPI description. */

export const closed = <T extends Parameters<typeof Type.Object>[0]>(
  properties: T,
  more: object = {},
) => Type.Object(properties, { additionalProperties: false, ...more });
const orNull = <T extends Type.TSchema>(schema: T, more: Type.TSchemaOptions = {}) =>
  Type.Union([schema, Type.Null()], more);

export const libraryId = Type.String({ pattern: '^[a-z][a-z0-9-]{1,31}$' });
export const idParameter = Type.Object({ id: Type.String({ maxLength: 100 }) });
export const versionNumber = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
export const languageQuery = { lang: Type.Optional(Type.Enum(['zh', 'en'])) };
export const ifMatch = Type.Object({
  'if-match': Type.Optional(Type.String({ maxLength: 100, description: 'The ETag that was read' })),
});

const text = Type.String({ maxLength: 200 });
export const bilingualWish = closed({ zh: Type.Optional(text), en: Type.Optional(text) });
const author = Type.Object({ kind: Type.String(), id: Type.String() }, { title: 'Author' });

const address = Type.Object({
  host: Type.String(),
  port: Type.Integer(),
  ranges: orNull(Type.Array(Type.String(), { description: 'CIDR; null: wherever it may go' })),
});

const account = Type.Object(
  { operation: Type.String(), setAt: Type.String(), setBy: author },
  { title: 'KnownAccount', description: 'That an account is set; it is shown to nobody' },
);
export const accountsAnswer = Type.Object({ credentials: Type.Array(account) });

const suspension = Type.Object(
  {
    title: Type.Object({ zh: Type.String(), en: Type.String() }),
    from: Type.String(),
    to: orNull(Type.String()),
  },
  { title: 'Suspension' },
);

/** Everything else of an entry is in its public part, which the library document describes. */
export const publicEntry = Type.Object(
  {
    id: Type.String(),
    code: Type.String(),
    status: Type.Enum([...libraryStatuses]),
    origin: Type.Enum(['file', 'registered', 'demonstration']),
    revision: Type.String(),
    offered: Type.Array(Type.Enum([...serviceNames]), {
      description: 'Services offered today, by their dates and the calendar of the library',
    }),
    suspension: Type.Optional(
      orNull(suspension, {
        description: 'Lending is suspended; on single libraries, where loans can tell',
      }),
    ),
    maintenance: Type.Optional(
      Type.Array(windowSchema, { description: 'Windows that are open or still to come' }),
    ),
    pause: Type.Optional(
      Type.Object({
        reason: Type.Object({ zh: Type.String(), en: Type.String() }),
        until: orNull(Type.String()),
      }),
    ),
  },
  { title: 'Library', additionalProperties: true },
);

const registration = Type.Object(
  {
    version: versionNumber,
    answering: orNull(versionNumber),
    pending: orNull(Type.String({ description: 'How a newer version stands, if one waits' })),
    addresses: Type.Array(address),
    credentials: Type.Array(account),
    hasToken: Type.Boolean(),
  },
  { title: 'Registration' },
);

export const ownersEntry = Type.Object(
  {
    ...publicEntry.properties,
    registration,
    document: Type.Object({}, { additionalProperties: true }),
  },
  { title: 'OwnLibrary', additionalProperties: true },
);

export const registeredEntry = Type.Object(
  {
    ...ownersEntry.properties,
    token: Type.Optional(
      Type.String({ description: "The library's token, shown this once, to an invited library" }),
    ),
  },
  { title: 'RegisteredLibrary', additionalProperties: true },
);

export const tokenAnswer = Type.Object(
  { token: Type.String({ description: 'Shown this once' }), previousEndsAt: Type.String() },
  { title: 'LibraryToken' },
);

const versionProperties = {
  number: versionNumber,
  state: Type.Enum(['draft', 'testing', 'approved', 'answering', 'replaced', 'refused']),
  madeAt: Type.String(),
  madeBy: author,
  why: orNull(Type.String()),
  approvedAt: orNull(Type.String()),
  approvedBy: orNull(author),
};
export const versionAnswer = Type.Object(versionProperties, { title: 'LibraryVersion' });
export const wholeVersionAnswer = Type.Object(
  { ...versionProperties, document: Type.Object({}, { additionalProperties: true }) },
  { title: 'WholeLibraryVersion' },
);
export const differencesAnswer = Type.Object(
  {
    from: versionNumber,
    to: versionNumber,
    differences: Type.Array(
      Type.Object({
        op: Type.Enum(['add', 'remove', 'replace']),
        pointer: Type.String({ description: 'JSON Pointer' }),
        from: Type.Optional(Type.Unknown()),
        to: Type.Optional(Type.Unknown()),
      }),
    ),
  },
  { title: 'VersionDifferences' },
);

const invitationProperties = {
  id: Type.String(),
  library: orNull(Type.String()),
  address: orNull(Type.Object({ host: Type.String(), port: Type.Integer() })),
  note: orNull(Type.String()),
  state: Type.Enum(['open', 'used', 'expired', 'withdrawn']),
  usedBy: orNull(Type.String()),
  madeAt: Type.String(),
  expiresAt: Type.String(),
};
export const invitationAnswer = Type.Object(invitationProperties, { title: 'LibraryInvitation' });
export const newInvitationAnswer = Type.Object(
  { ...invitationProperties, code: Type.String({ description: 'Shown this once' }) },
  { title: 'NewLibraryInvitation' },
);
