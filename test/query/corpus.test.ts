import { readFileSync } from 'node:fs';
import t from 'tap';
import { parseCcl } from '../../src/query/ccl/parser.ts';
import { printCcl } from '../../src/query/ccl/printer.ts';
import { parseCclFields } from '../../src/query/ccl/qualifiers.ts';
import { parseCql } from '../../src/query/cql/parser.ts';
import { printCql } from '../../src/query/cql/printer.ts';
import { sortKeysOf } from '../../src/query/cql/sort-keys.ts';
import { printXcql } from '../../src/query/cql/xcql.ts';
import { QuerySyntaxError } from '../../src/query/errors.ts';
import { cqlToPqf } from '../../src/query/maps/cql-to-pqf.ts';
import { parseAttributeMap } from '../../src/query/maps/properties.ts';
import { RpnTranslationError, rpnToCql } from '../../src/query/maps/rpn-to-cql.ts';
import { PqfSyntaxError, parsePqf } from '../../src/query/pqf/parser.ts';
import { printPqf, printPqfNode } from '../../src/query/pqf/printer.ts';
import { corpus, withoutCorpus } from '../support/requirements.ts';
import { thrown } from './thrown.ts';

const needsCorpus = { skip: withoutCorpus() };

interface Case {
  readonly id: string;
  readonly [name: string]: unknown;
}

function cases(file: string): readonly Case[] {
  return readFileSync(corpus('cql', file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
}

function text(file: string): string {
  return readFileSync(corpus('cql', file), 'utf8');
}

/** The result, or null where the query is refused; any other error is the test's failure. */
function attempt(action: () => string): string | null {
  try {
    return action();
  } catch (error) {
    if (error instanceof QuerySyntaxError || error instanceof RpnTranslationError) return null;
    throw error;
  }
}

t.test(
  'gives the XCQL of every cql-java case, and refuses what it refuses',
  needsCorpus,
  async (t) => {
    const all = cases('cqljava_cql_to_xcql.jsonl');
    t.equal(all.length, 92);
    for (const { id, cql, xcql } of all) {
      t.equal(
        attempt(() => printXcql(parseCql(String(cql)), { indent: true })),
        xcql,
        id,
      );
    }
  },
);

t.test('prints every cql-java case so that it parses to the same tree', needsCorpus, async (t) => {
  for (const { id, cql, xcql } of cases('cqljava_cql_to_xcql.jsonl')) {
    if (xcql === null) continue;
    const tree = parseCql(String(cql));
    t.equal(printXcql(parseCql(printCql(tree))).toLowerCase(), printXcql(tree).toLowerCase(), id);
  }
});

t.test('gives the PQF of every YAZ case under its map', needsCorpus, async (t) => {
  const map = parseAttributeMap(text('yaz_pqf.properties'));
  for (const { id, cql, pqf } of cases('yaz_cql_to_pqf_a.jsonl')) {
    t.equal(
      attempt(() => cqlToPqf(parseCql(String(cql)), map)),
      pqf,
      id,
    );
  }
});

t.test('gives the CCL and the sort keys of every YAZ case', needsCorpus, async (t) => {
  for (const { id, cql, ccl, sortkeys } of cases('yaz_cql_to_ccl_a.jsonl')) {
    t.equal(
      attempt(() => printCcl(parseCql(String(cql)))),
      ccl,
      id,
    );
    if (sortkeys !== undefined) t.equal(sortKeysOf(parseCql(String(cql))), sortkeys, id);
  }
});

t.test('reads PQF into the normal form of every YAZ case', needsCorpus, async (t) => {
  const faults: Readonly<Record<string, string>> = {
    YAZ_PQF_ERROR_EXTRA: 'extra',
    YAZ_PQF_ERROR_MISSING: 'missing',
    YAZ_PQF_ERROR_BAD_INTEGER: 'bad_integer',
    YAZ_PQF_ERROR_PROXIMITY: 'proximity',
  };
  for (const { id, pqf, normal, error } of cases('yaz_pqf_parse.jsonl')) {
    if (error === null) {
      t.equal(printPqf(parsePqf(String(pqf))), normal, id);
    } else {
      const fault = faults[String(error)];
      t.match(
        thrown(() => parsePqf(String(pqf))),
        { name: 'PqfSyntaxError', fault },
        id,
      );
    }
  }
  t.ok(new PqfSyntaxError('extra', '', 0) instanceof QuerySyntaxError);
});

t.test('gives the PQF of every CCL case under its fields', needsCorpus, async (t) => {
  const fields = text('yaz_ccl.bib');
  // The last cases were made with other settings of `term`, which the field file does not show.
  const pattern = fields.replace('s=al,pw t=r', 's=al,pw t=z');
  const unmasked = `${fields.replace('s=al,pw t=r', 's=al,pw')}\n@truncation *\n@mask !\n`;
  const bytes = (value: unknown): string | null => {
    const hex = (value as { bytes_hex?: string } | null)?.bytes_hex;
    if (hex !== undefined) return Buffer.from(hex, 'hex').toString('latin1');
    return value === null ? null : String(value);
  };
  for (const { id, ccl, pqf } of cases('yaz_ccl_to_pqf_a.jsonl')) {
    const number = Number(id.replace('yaz-ccl-', ''));
    const map = parseCclFields(number >= 102 ? unmasked : number >= 98 ? pattern : fields);
    const found = attempt(() => `${printPqfNode(parseCcl(bytes(ccl) ?? '', map).node)} `);
    t.equal(found, bytes(pqf), id);
  }
});

/** Cases that disagree with others or with the standard; README.md of the query folder says why. */
const disagreeing: Readonly<Record<string, string>> = {
  // bib-1 has 5=1 for right and 5=2 for left truncation; yaz-rpn2cql-24 has it so, too.
  'yaz-pqf2cql-2.3': 'x*',
  'yaz-pqf2cql-2.4': '*x',
  // The map given with the case defines title as 1=4; the case stands before that definition.
  'yaz-rpn2cql-8': 'title=abc',
};

t.test('gives the CQL of every PQF case, with and without a map', needsCorpus, async (t) => {
  for (const { id, pqf, cql } of cases('yaz_pqf_to_cql.jsonl')) {
    const wanted = disagreeing[id] ?? (cql === 'ERROR' ? null : cql);
    t.equal(
      attempt(() => rpnToCql(parsePqf(String(pqf)))),
      wanted,
      id,
    );
  }
  const shared = text('yaz_pqf.properties');
  for (const { id, pqf, cql, config, error, addinfo } of cases('yaz_rpn_to_cql_a.jsonl')) {
    const inline = /^inline: (.*)$/.exec(String(config))?.[1]?.replaceAll('; ', '\n');
    const map = parseAttributeMap(inline ?? shared);
    const translate = () => rpnToCql(parsePqf(String(pqf)), map);
    if (disagreeing[id] !== undefined) t.equal(translate(), disagreeing[id], id);
    else if (error === null) t.equal(translate(), cql, id);
    else t.match(thrown(translate), { diagnostic: error, about: addinfo }, id);
  }
});
