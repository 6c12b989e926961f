import {
  type AttributeMap,
  AttributeMapError,
  convertQuery,
  type Notation,
  notations,
  parseAttributeMap,
  QuerySyntaxError,
} from '../query/index.ts';
import { InputError } from './errors.ts';
import { oneOf, readText } from './input.ts';
import { print } from './output.ts';

export interface CqlOptions {
  readonly to: string;
  readonly file?: string;
  readonly map?: string;
}

/** `guanji cql`: one query, or a file with a query a line, in another notation. */
export async function cqlCommand(query: string | undefined, options: CqlOptions): Promise<number> {
  const to = oneOf<Notation>('--to', options.to, notations);
  const map = options.map === undefined ? undefined : await readMap(options.map);
  if (options.file === undefined) {
    if (query === undefined) throw new InputError('give a query, or --file');
    await print(`${convertQuery(query, to, map)}\n`);
    return 0;
  }
  const text = await readText(options.file);
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) await print(`${convertLine(line.replace(/\r$/, ''), to, map)}\n`);
  return 0;
}

/** Exactly one line out for one line in: blank for a blank one, `! position reason` for a bad one. */
function convertLine(line: string, to: Notation, map: AttributeMap | undefined): string {
  if (line.trim() === '') return '';
  try {
    return convertQuery(line, to, map);
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    return `! ${error.position} ${error.message}`;
  }
}

async function readMap(file: string): Promise<AttributeMap> {
  try {
    return parseAttributeMap(await readText(file));
  } catch (error) {
    if (error instanceof AttributeMapError) throw new InputError(`${file}: ${error.message}`);
    throw error;
  }
}
