import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { columns, printFact, readFacts } from '../../src/sandbox/facts/facts.ts';
import { sampleSubject } from '../../src/sandbox/facts/make/holders.ts';
import { makeFacts } from '../../src/sandbox/facts/make/table.ts';

const facts = readFacts();

t.test('the table is what its maker makes of the source tables', (t) => {
  const path = join(import.meta.dirname, '../../src/sandbox/facts/entries.tsv');
  const lines = [columns.join('\t'), ...makeFacts().map(printFact)];
  t.equal(readFileSync(path, 'utf8'), `${lines.join('\n')}\n`);
  t.end();
});

t.test('the table holds hundreds of entries, most of them Chinese, with unique keys', (t) => {
  t.ok(facts.length >= 600, `${facts.length} entries`);
  t.equal(new Set(facts.map((fact) => fact.key)).size, facts.length);
  t.ok(facts.filter((fact) => fact.language === 'chi').length > facts.length * 0.8);
  for (const language of ['eng', 'fre', 'ger', 'rus'] as const) {
    t.ok(facts.some((fact) => fact.language === language));
  }
  t.end();
});

t.test('every ISBN is right, and of registrants no publisher has', (t) => {
  const isbns = facts.flatMap((fact) => [fact.isbn, fact.hardbackIsbn]).filter((isbn) => isbn);
  const wrong = isbns.filter((isbn) => {
    if (!/^978-7-9999[0-9]{2}-[0-9]{2}-[0-9]$/.test(isbn)) return true;
    const digits = [...isbn.replaceAll('-', '')].map(Number);
    return digits.reduce((sum, digit, at) => sum + digit * (at % 2 === 0 ? 1 : 3), 0) % 10 !== 0;
  });
  t.same(wrong, []);
  t.ok(isbns.length > 500);
  t.ok(facts.some((fact) => fact.isbn === '' && fact.hardbackIsbn === ''));
  t.end();
});

t.test('entries of one edition agree in all that makes an edition', (t) => {
  const shared = Object.entries(Object.groupBy(facts, (fact) => fact.edition)).filter(
    ([, group]) => (group?.length ?? 0) > 1,
  );
  t.ok(shared.length >= 3, 'some editions are entered twice, once for each binding');
  for (const [edition, group = []] of shared) {
    const described = group.map((fact) =>
      [
        fact.title,
        fact.partNumber,
        fact.editionStatement,
        fact.year,
        fact.publisher,
        fact.medium,
      ].join(),
    );
    t.equal(new Set(described).size, 1, edition);
  }
  t.end();
});

t.test('different editions can be told apart by what the entries say', (t) => {
  const described = new Map<string, string>();
  for (const fact of facts) {
    const text = [
      fact.title,
      fact.partNumber,
      fact.people.map((person) => person.name).join('+'),
      fact.editionStatement,
      fact.publisher,
      fact.year,
      fact.medium,
    ].join('|');
    t.equal(described.get(text) ?? fact.edition, fact.edition, text);
    described.set(text, fact.edition);
  }
  t.end();
});

t.test('the table has what matching must keep apart', (t) => {
  const works = Object.values(Object.groupBy(facts, (fact) => fact.work)).map(
    (group) => group ?? [],
  );
  const has = (what: (group: (typeof works)[number]) => boolean): number =>
    works.filter(what).length;
  const distinct = (values: readonly unknown[]): number => new Set(values).size;
  t.ok(has((group) => distinct(group.map((one) => one.editionStatement)) > 1) >= 50, 'editions');
  t.ok(has((group) => distinct(group.map((one) => one.partNumber)) > 1) >= 20, 'volumes');
  t.ok(has((group) => distinct(group.map((one) => one.medium)) > 1) >= 15, 'e-books');
  t.ok(
    has((group) => distinct(group.map((one) => one.people[0]?.name)) > 1) >= 20,
    'other authors',
  );
  t.ok(
    has((group) =>
      group.some((a) =>
        group.some((b) => a.isbn !== '' && a.isbn === b.isbn && a.partNumber !== b.partNumber),
      ),
    ) >= 5,
    'volumes that share the ISBN of the set',
  );
  t.end();
});

t.test('the chemical library owns 156 entries about the sample subject, others share many', (t) => {
  const sample = facts.filter((fact) =>
    [fact.title, fact.subtitle, fact.partName, fact.series, ...fact.subjects].some((text) =>
      text.includes(sampleSubject),
    ),
  );
  t.equal(sample.filter((fact) => fact.holders.includes('demo-chem')).length, 156);
  t.ok(sample.filter((fact) => fact.holders.length >= 2).length > 100);
  t.ok(facts.every((fact) => fact.holders.length > 0));
  t.end();
});
