import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import Type from 'typebox';
import { type Fault, problemsOf } from './members/faults.ts';
import { closed, environmentName, nullable } from './members/schema/common.ts';
import { readYaml, type YamlSource } from './members/yaml.ts';
import { SettingsError } from './settings-error.ts';

export { SettingsError } from './settings-error.ts';

const count = (maximum: number, minimum = 1) => Type.Integer({ minimum, maximum });
const milliseconds = count(3_600_000);
const seconds = count(31_536_000);

const login = {
  id: Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' }),
  name: closed({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }),
};
const secureUrl = Type.String({ pattern: '^https://' });
const client = {
  clientId: Type.String({ minLength: 1 }),
  clientSecretEnv: environmentName,
  clientAuthentication: Type.Optional(Type.Enum(['basic', 'post'])),
};

/** Sign-in at a university: CAS, the OAuth 2 of the CARSI bridge, or OpenID Connect. */
const loginSchema = Type.Union([
  closed({
    protocol: Type.Literal('cas'),
    ...login,
    url: secureUrl,
    version: Type.Optional(Type.Enum([2, 3])),
  }),
  closed({ protocol: Type.Literal('oidc'), ...login, issuer: secureUrl, ...client }),
  closed({
    protocol: Type.Literal('oauth2'),
    ...login,
    authorizeUrl: secureUrl,
    tokenUrl: secureUrl,
    resourceUrl: secureUrl,
    ...client,
    pkce: Type.Optional(Type.Boolean()),
    accessToken: Type.Optional(Type.Enum(['query', 'header'])),
    subject: Type.Optional(Type.String()),
    affiliation: Type.Optional(nullable(Type.String())),
    privateKeyEnv: Type.Optional(environmentName),
  }),
]);

/** config/gateway.yaml. Every key is required, so that the file always shows what is in force. */
export const settingsSchema = closed({
  host: Type.String({ minLength: 1 }),
  port: count(65535, 0),
  data: Type.String({ minLength: 1 }),
  connectors: nullable(Type.String({ minLength: 1 })),
  directory: Type.String({ minLength: 1 }),
  processes: count(64),
  server: closed({
    headersTimeoutMs: milliseconds,
    requestTimeoutMs: milliseconds,
    socketIdleTimeoutMs: milliseconds,
    keepAliveTimeoutMs: milliseconds,
    bodyLimitBytes: count(16_777_216, 1024),
    requestsPerSocket: count(1_000_000),
    maxEventLoopDelayMs: milliseconds,
    trustProxy: Type.Boolean(),
    publicMetrics: Type.Boolean(),
    corsOrigins: Type.Array(Type.String({ minLength: 1 })),
    rateLimitPerMinute: nullable(count(1_000_000)),
    drainMs: count(600_000, 0),
  }),
  search: closed({
    waitMs: count(60_000, 0),
    maxWaitMs: count(60_000),
    maxLibraries: count(1000),
    maxSearches: count(100_000),
    pageSize: count(100),
    maxPageSize: count(1000),
    maxPage: count(100_000),
    slowAfterMs: milliseconds,
    enoughAfterMs: milliseconds,
    enoughShare: Type.Number({ minimum: 0, maximum: 1 }),
    unwatchedGraceMs: milliseconds,
    keepSearchesSeconds: seconds,
    keepRecordsSeconds: seconds,
  }),
  cache: closed({
    maxBytes: count(2 ** 40, 1_048_576),
    freshSeconds: seconds,
    staleSeconds: seconds,
    prefix: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
  }),
  egress: closed({
    allow: Type.Array(Type.String({ minLength: 1 })),
    maxDecodedBytes: count(2 ** 31),
    maxRatio: count(100_000),
    minBytesPerSecond: count(1_000_000, 0),
  }),
  loans: closed({
    enabled: Type.Boolean(),
    site: nullable(Type.String({ pattern: '^https?://[^/?#]+$' })),
    timezone: Type.String({ minLength: 1 }),
    policy: nullable(Type.String({ minLength: 1 })),
    mailFrom: Type.String({ pattern: '^[^\\r\\n]*@[^\\r\\n]*$', maxLength: 200 }),
    webhook: nullable(Type.String({ pattern: '^https?://' })),
    shelfSchemes: Type.Record(
      Type.String({ pattern: '^[a-z][a-z0-9-]{1,31}$' }),
      Type.Enum(['clc', 'lcas', 'ruc', 'ddc', 'lcc']),
    ),
    signInsPerMinute: count(100_000),
    logins: Type.Array(loginSchema, { maxItems: 50 }),
  }),
  health: closed({
    checkMinutes: nullable(count(1440)),
    slowMs: milliseconds,
    tellAfterChecks: count(1000),
    tellAfterMinutes: count(10_080),
    askedFrom: nullable(Type.String({ minLength: 1, maxLength: 200 })),
    shadowPerMinute: count(10_000),
  }),
  log: closed({
    level: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  }),
});

export type Settings = Type.Static<typeof settingsSchema> & {
  /** Bearer token of the federation administrator, or null when one is to be made. */
  readonly adminToken: string | null;
  /** PostgreSQL in place of the embedded database, or null. */
  readonly databaseUrl: string | null;
  /** Redis or Valkey shared with other gateways, or null. */
  readonly cacheUrl: string | null;
  /** The mail relay, or null: mail stays in the outbox. */
  readonly smtpUrl: string | null;
  /** Key that encrypts stored credentials and signs passes, or null when one is to be made. */
  readonly secretKey: string | null;
};

const categorySchema = closed({
  id: Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' }),
  zh: Type.String({ minLength: 1 }),
  en: Type.String({ minLength: 1 }),
});

export const directorySchema = closed({
  categories: Type.Array(categorySchema),
  groups: Type.Array(
    closed({
      ...categorySchema.properties,
      libraries: Type.Array(Type.String({ pattern: '^[a-z][a-z0-9-]{1,31}$' })),
    }),
  ),
  defaultLibraries: Type.Array(Type.String()),
});
export type DirectoryShape = Type.Static<typeof directorySchema>;

/** The one thing that stops a start: of a file, of the environment, or of neither. */
export function settingsFault(
  message: string,
  { file = null, pointer = '' }: { readonly file?: string | null; readonly pointer?: string } = {},
): SettingsError {
  return new SettingsError([{ file, line: null, pointer, message }]);
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder the gateway's own files are found in, wherever it is started from. */
const home = resolve(import.meta.dirname, '..');

/** Reads the settings file and lays the environment over it; throws SettingsError. */
export async function readSettings(environment: Environment): Promise<Settings> {
  const file = environment.GUANJI_CONFIG ?? resolve(home, 'config/gateway.yaml');
  const value = await readChecked(file, settingsSchema);
  return overlay(value as Type.Static<typeof settingsSchema>, environment);
}

/** Reads categories, groups and the default set; throws SettingsError. */
export async function readDirectoryShape(settings: Settings): Promise<DirectoryShape> {
  return (await readChecked(resolve(home, settings.directory), directorySchema)) as DirectoryShape;
}

/** The value of a YAML file that fits its schema; throws SettingsError with every fault and its line. */
async function readChecked(file: string, schema: Type.TSchema): Promise<unknown> {
  const source = await readSource(file);
  const faults = problemsOf(schema)(source.value).map((problem) => ({
    file,
    line: source.lineOf(problem.pointer),
    ...problem,
  }));
  if (faults.length > 0) throw new SettingsError(faults);
  return source.value;
}

async function readSource(file: string): Promise<YamlSource> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw settingsFault(`cannot be read: ${(error as Error).message}`, { file });
  }
  const source = readYaml(text, file);
  if ('faults' in source) throw new SettingsError(source.faults);
  return source;
}

/** Environment variables over the file; a variable that makes no sense is a fault, not a default. */
function overlay(file: Type.Static<typeof settingsSchema>, environment: Environment): Settings {
  const list = (text: string | undefined) =>
    text
      ?.split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  const rateLimit = environment.GUANJI_RATE_LIMIT;
  const merged = {
    ...file,
    host: environment.HOST ?? file.host,
    port: numberFrom('PORT', environment.PORT) ?? file.port,
    data: environment.GUANJI_DATA ?? file.data,
    connectors: environment.GUANJI_CONNECTORS ?? file.connectors,
    server: {
      ...file.server,
      corsOrigins: list(environment.GUANJI_CORS_ORIGINS) ?? file.server.corsOrigins,
      rateLimitPerMinute:
        rateLimit === 'off'
          ? null
          : (numberFrom('GUANJI_RATE_LIMIT', rateLimit) ?? file.server.rateLimitPerMinute),
    },
    egress: {
      ...file.egress,
      allow: [...file.egress.allow, ...(list(environment.GUANJI_EGRESS_ALLOW) ?? [])],
    },
    log: { level: (environment.LOG_LEVEL ?? file.log.level) as Settings['log']['level'] },
  };
  const faults = problemsOf(settingsSchema)(merged).map((problem) => ({
    file: 'environment',
    line: null,
    ...problem,
  }));
  if (faults.length > 0) throw new SettingsError(faults);
  const settings = {
    ...merged,
    adminToken: environment.GUANJI_ADMIN_TOKEN || null,
    databaseUrl: environment.DATABASE_URL || null,
    cacheUrl: environment.CACHE_URL || null,
    smtpUrl: environment.SMTP_URL || null,
    secretKey: environment.GUANJI_SECRET_KEY || null,
  };
  checkTogether(settings);
  return settings;
}

/** What no single setting shows to be wrong. */
function checkTogether(settings: Settings): void {
  const { processes, databaseUrl, cacheUrl, smtpUrl, secretKey } = settings;
  const faults: Fault[] = [];
  const fault = (pointer: string, message: string) =>
    faults.push({ file: 'environment', line: null, pointer, message });
  if (cacheUrl !== null && !/^rediss?:\/\/./.test(cacheUrl)) {
    fault('', 'CACHE_URL must be a redis:// or rediss:// address');
  }
  if (databaseUrl !== null && !/^postgres(?:ql)?:\/\/./.test(databaseUrl)) {
    fault('', 'DATABASE_URL must be a postgres:// address');
  }
  if (smtpUrl !== null && !(/^smtps?:\/\/./.test(smtpUrl) && URL.canParse(smtpUrl))) {
    fault('', 'SMTP_URL must be an smtp:// or smtps:// address');
  }
  if (secretKey !== null && secretKey.length < 32) {
    fault('', 'GUANJI_SECRET_KEY must have at least 32 characters');
  }
  if (processes > 1 && (databaseUrl === null || cacheUrl === null)) {
    const missing = databaseUrl === null ? 'DATABASE_URL' : 'CACHE_URL';
    fault(
      '/processes',
      `${processes} processes need DATABASE_URL and CACHE_URL; ${missing} is not set`,
    );
  }
  if (faults.length > 0) throw new SettingsError(faults);
}

function numberFrom(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^[0-9]+$/.test(text)) return Number(text);
  const message = `${name} must be a whole number, not ${JSON.stringify(text)}`;
  throw settingsFault(message, { file: 'environment' });
}
