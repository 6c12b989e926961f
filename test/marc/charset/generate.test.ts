import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { corpus, withoutCorpus } from '../../support/requirements.ts';

const folder = join(import.meta.dirname, '../../../src/marc/charset');

t.test(
  'makes the tables in use from the published code tables',
  { skip: withoutCorpus() },
  async (t) => {
    const made = t.testdir({});
    execFileSync(process.execPath, [
      join(folder, 'generate.ts'),
      corpus('charset', 'yaz', 'codetables.xml'),
      corpus('charset', 'yaz', 'codetables-iso5426.xml'),
      made,
    ]);
    for (const name of ['marc8.json', 'iso5426.json']) {
      t.equal(
        readFileSync(join(made, name), 'utf8'),
        readFileSync(join(folder, 'tables', name), 'utf8'),
      );
    }
  },
);

const charmap = '/usr/share/i18n/charmaps/BIG5-HKSCS.gz';

t.test(
  "makes the table of Hong Kong's characters from a published character map",
  { skip: existsSync(charmap) ? false : 'the character map of Big5-HKSCS is not installed' },
  async (t) => {
    const made = t.testdir({});
    execFileSync(process.execPath, [join(folder, 'generate-hkscs.ts'), charmap, made]);
    const name = 'hkscs.json';
    t.equal(
      readFileSync(join(made, name), 'utf8'),
      readFileSync(join(folder, 'tables', name), 'utf8'),
    );
  },
);
