import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import {
  type ExportDialect,
  type Exported,
  type ExportFormat,
  type ExportSource,
  exportDialects,
  exportRecord,
  fileEndings,
} from '../../marc/exports/index.ts';
import { MarcError } from '../../marc/formats/errors.ts';
import { ConnectorError } from '../../members/errors.ts';
import type { SourceRecord } from '../../members/types.ts';
import { mergeGroup } from '../../search/merge.ts';
import type { SearchEngine } from '../../search/types.ts';
import type { WebContext } from '../context.ts';
import { descriptionOfLine, type ExportLine, exportOfLine, libraryLookup } from '../line-export.ts';
import { type BadInput, badInput, notFound, ProblemError, problems } from '../problem.ts';

const recordFormats = [
  'marcxml',
  'marc',
  'mods',
  'dc',
  'ris',
  'bibtex',
  'csl',
  'gbt7714',
  'jsonld',
] as const satisfies readonly ExportFormat[];
type RecordFormat = (typeof recordFormats)[number];

const formatParameters = Type.Object({
  format: Type.Optional(
    Type.Enum([...recordFormats], { description: 'A file of that format in place of the JSON' }),
  ),
  dialect: Type.Optional(
    Type.Enum([...exportDialects], {
      description: "Of MARC formats; marc21 by default, source is the library's own",
    }),
  ),
});

/** Documented by the schema, checked by readFormat, which lists every fault at once. */
const unchecked = () => (value: unknown) => ({ value });

const answers = {
  200: {
    description: 'The record as JSON, or as a file where a format is named.',
    content: {
      'application/json': { schema: Type.Object({}, { additionalProperties: true }) },
      'application/octet-stream': { schema: Type.String({ format: 'binary' }) },
    },
  },
  400: problems,
  404: problems,
  422: problems,
};

/** Single records: the merged one by its id, and one library's own by its permanent address. */
export function registerRecords(app: FastifyInstance, context: WebContext): void {
  const { engine } = context;
  const libraryOf = libraryLookup(context.directory);

  app.get(
    '/api/v1/records/:id',
    {
      validatorCompiler: unchecked,
      schema: {
        tags: ['records'],
        summary: 'A merged record with every source record',
        params: Type.Object({
          id: Type.String({ maxLength: 300, description: 'r_…, or library:localId, permanent' }),
        }),
        querystring: formatParameters,
        response: { ...answers, 502: problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params as { id: string };
      const wanted = readFormat(request);
      const found = permanent.test(id) ? await lineOf(engine, id) : await engine.recall(id);
      if (!found) throw notFound(`record ${id} is not known any more`);
      if (wanted === null) return { record: found.record, sources: found.sources.map(sourceView) };
      const { format, dialect } = wanted;
      const isMarc = format === 'marc' || format === 'marcxml';
      const source = isMarc
        ? exportOfLine(found, dialect, libraryOf)
        : { record: descriptionOfLine(found), marc: null };
      // What was prepared in the dialect is written as it is.
      return sendFile(reply, source, { format, dialect: 'source' }, id);
    },
  );

  app.get(
    '/api/v1/libraries/:library/records/:localId',
    {
      validatorCompiler: unchecked,
      schema: {
        tags: ['records'],
        summary: "One library's record, at its permanent address",
        params: Type.Object({
          library: Type.String({ maxLength: 32 }),
          localId: Type.String({ maxLength: 300 }),
        }),
        querystring: formatParameters,
        response: { ...answers, 502: problems },
      },
    },
    async (request, reply) => {
      const { library, localId } = request.params as { library: string; localId: string };
      const wanted = readFormat(request);
      const found = await askFor(library, () => engine.fetchSource(library, localId));
      if (!found) throw notFound(`${library} has no record ${localId}`);
      if (wanted === null) return sourceView(found);
      return sendFile(reply, found, wanted, `${library}-${localId}`);
    },
  );
}

/** A library's id and the record's number there, which stay when merged ids are forgotten. */
const permanent = /^([a-z][a-z0-9-]{1,31}):(.+)$/s;

/** One library's record as a line of its own; its id is the permanent one, as no search has shown it. */
async function lineOf(engine: SearchEngine, id: string): Promise<ExportLine | undefined> {
  const [, library = '', localId = ''] = permanent.exec(id) ?? [];
  const source = await askFor(library, () => engine.fetchSource(library, localId));
  if (source === undefined) return undefined;
  const merged = mergeGroup({ key: id, members: [source], reasons: [] });
  return { record: { ...merged, id, score: 0 }, sources: [source] };
}

interface WantedFile {
  readonly format: RecordFormat;
  readonly dialect: ExportDialect;
}

/** The file asked for, or null for the JSON. */
function readFormat(request: FastifyRequest): WantedFile | null {
  const { format, dialect } = request.query as Readonly<Record<string, unknown>>;
  const errors: BadInput[] = [];
  const check = (name: string, value: unknown, allowed: readonly string[]) => {
    if (value === undefined || allowed.includes(value as string)) return;
    const message = `must be one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`;
    errors.push({ pointer: `/${name}`, message });
  };
  check('format', format, recordFormats);
  check('dialect', dialect, exportDialects);
  if (errors.length > 0) throw badInput(errors);
  if (format === undefined) return null;
  return {
    format: format as RecordFormat,
    dialect: (dialect as ExportDialect | undefined) ?? 'marc21',
  };
}

function sendFile(
  reply: FastifyReply,
  source: ExportSource,
  { format, dialect }: WantedFile,
  name: string,
): FastifyReply {
  const { mediaType, body } = printed(source, format, dialect);
  const file = `${name.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 100)}.${fileEndings[format]}`;
  return reply
    .header('content-type', mediaType)
    .header('content-disposition', `attachment; filename="${file}"`)
    .send(Buffer.from(body));
}

/** ISO 2709 has bounds on lengths; a record beyond them can be had in the other formats. */
function printed(source: ExportSource, format: RecordFormat, dialect: ExportDialect): Exported {
  try {
    return exportRecord(source, format, { dialect });
  } catch (error) {
    if (!(error instanceof MarcError)) throw error;
    throw new ProblemError(422, 'http', `${error.message} Ask for another format.`);
  }
}

/** A library that cannot be asked now is no missing record. */
async function askFor<T>(library: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    throw new ProblemError(502, 'library-failed', `${library} did not answer: ${error.reason}`);
  }
}

/** A source record as the API gives it: the cleaned record, the MARC behind it and its evidence. */
export function sourceView(source: SourceRecord) {
  return {
    library: source.library,
    localId: source.localId,
    position: source.position,
    syntax: source.syntax,
    charset: source.charset,
    warnings: source.warnings,
    record: source.record,
    marc: source.marc,
  };
}
