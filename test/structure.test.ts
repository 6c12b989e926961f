import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import t from 'tap';

const root = resolve(import.meta.dirname, '..');

/** Who may import whom; `.` stands for the files directly under src. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  marc: [],
  query: ['marc'],
  members: ['query', 'marc', 'store'],
  protocols: ['members', 'query', 'marc'],
  probe: ['protocols', 'members', 'query', 'marc'],
  search: ['members', 'query', 'marc', 'store'],
  store: [],
  loans: ['marc', 'store'],
  sandbox: ['protocols', 'members', 'query', 'marc'],
  web: ['.', 'search', 'protocols', 'members', 'query', 'marc', 'store', 'loans', 'probe'],
  cli: ['.', 'web', 'search', 'protocols', 'members', 'query', 'marc', 'store', 'loans', 'probe'],
  '.': ['cli', 'web', 'search', 'protocols', 'members', 'query', 'marc', 'store', 'loans', 'probe'],
};

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

function partOf(file: string): string {
  const [, part = '', ...rest] = file.split('/');
  return rest.length === 0 ? '.' : part;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^'\n]+)'/g)].map(
    (match) => match[1] ?? '',
  );
}

/** Code without whole-line comments and strings, for rules about syntax. */
function codeOf(file: string): string {
  return readFileSync(join(root, file), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
    .map((line) => line.replace(/'(?:\\.|[^'\\])*'/g, "''"))
    .join('\n');
}

const sources = sourceFiles('src');

t.test('imports go one way', async (t) => {
  const wrong: string[] = [];
  for (const file of sources) {
    const part = partOf(file);
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith('.')) continue;
      const target = relative(root, resolve(root, dirname(file), specifier));
      const targetPart = partOf(target);
      if (targetPart !== part && !allowed[part]?.includes(targetPart)) {
        wrong.push(`${file} imports ${target}`);
      }
    }
  }
  t.same(wrong, []);
});

t.test('every folder of src has its place in the map', async (t) => {
  const unknown = new Set(sources.map(partOf).filter((part) => !(part in allowed)));
  t.same([...unknown], []);
});

t.test('files stay short enough to read', async (t) => {
  // A migration is one statement of what a database looks like: data, and never edited again.
  const code = sources.filter((file) => !file.startsWith('src/store/migrations/'));
  const long = [...code, ...sourceFiles('test'), ...sourceFiles('bench')]
    .map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length - 1] as const)
    .filter(([, lines]) => lines > 400);
  t.same(long, []);
});

t.test('nothing is written that type stripping or the style forbids', async (t) => {
  const banned: readonly (readonly [RegExp, string])[] = [
    [/\benum\s+\w+\s*\{/, 'enum'],
    [/\bnamespace\s+\w+\s*\{/, 'namespace'],
    [/\bas any\b|:\s*any\b|<any>/, 'any'],
    [/@ts-(?:ignore|expect-error|nocheck)/, 'a silenced type error'],
    [/\b(?:innerHTML|outerHTML|insertAdjacentHTML)\b/, 'markup from a string'],
    [/\beval\s*\(|\bnew Function\b/, 'code from a string'],
    [/\bconsole\.\w+\(/, 'console'],
    [/(?:^|\n)export default\b/, 'a default export'],
  ];
  const found: string[] = [];
  for (const file of sources) {
    const code = codeOf(file);
    for (const [pattern, name] of banned) if (pattern.test(code)) found.push(`${file}: ${name}`);
  }
  t.same(found, []);
});

t.test('the repository speaks of the product only', async (t) => {
  const places = ['src', 'test', 'bench'].flatMap(sourceFiles);
  const found = places.filter((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return /\/work\/|\/tmp\/bash_jobs/.test(text) && file !== 'test/structure.test.ts';
  });
  t.same(found, []);
});
