import t from 'tap';
import { toBibRecord } from '../../src/marc/dialects/index.ts';
import { decodeIso2709, encodeIso2709 } from '../../src/marc/formats/iso2709.ts';
import { foldForMatching } from '../../src/marc/text.ts';
import { isControlField } from '../../src/marc/types.ts';
import { type CatalogueRecord, createCatalogue } from '../../src/sandbox/catalogue/catalogue.ts';
import { profiles } from '../../src/sandbox/libraries.ts';

function catalogueOf(id: string) {
  const profile = profiles.find((one) => one.id === id);
  if (profile === undefined) throw new Error(id);
  return createCatalogue(profile);
}

function subfields(record: CatalogueRecord, tag: string, code: string): string[] {
  return record.marc.fields.flatMap((field) =>
    field.tag === tag && !isControlField(field)
      ? field.subfields.filter((subfield) => subfield.code === code).map((one) => one.value)
      : [],
  );
}

t.test('every library has its own numbers, and finds records by them', (t) => {
  for (const profile of profiles) {
    const catalogue = createCatalogue(profile);
    const numbers = new Set(catalogue.records.map((record) => record.localId));
    t.equal(numbers.size, catalogue.records.length, profile.id);
    const last = catalogue.records.at(-1);
    t.equal(catalogue.find(last?.localId ?? ''), last);
    t.equal(catalogue.find('no such number'), undefined);
  }
  t.end();
});

t.test('every record reads back as the book it describes', (t) => {
  for (const profile of profiles.filter((one) => !one.protocol.startsWith('http'))) {
    const wrong = createCatalogue(profile).records.filter((record) => {
      const bytes = encodeIso2709(record.marc, 'utf-8');
      const { marc, warnings } = decodeIso2709(bytes, { charset: 'utf-8' });
      const bib = toBibRecord(marc, { dialect: profile.habits.dialect });
      const { fact } = record;
      const known = [bib.title, ...bib.otherTitles].map((title) => foldForMatching(title));
      return (
        warnings.length > 0 ||
        !known.some((title) => title.includes(foldForMatching(fact.title))) ||
        bib.year !== fact.year ||
        bib.language !== fact.language ||
        bib.isbn.length !== record.described.isbns.length ||
        bib.authors.length !== fact.people.length
      );
    });
    t.same(
      wrong.map((record) => record.fact.title),
      [],
      profile.id,
    );
  }
  t.end();
});

t.test('each library catalogues by its own habits', (t) => {
  const all = (id: string, tag: string, code: string): string[] =>
    catalogueOf(id).records.flatMap((record) => subfields(record, tag, code));
  t.ok(
    all('demo-pub', '010', 'a').every((isbn) => /^[0-9]{9}[0-9X]$/.test(isbn)),
    'plain ISBN-10',
  );
  t.ok(
    all('demo-normal', '010', 'a').every((isbn) => /^978-7-9/.test(isbn)),
    'hyphened ISBN-13',
  );
  t.ok(
    all('demo-chem', '010', 'a').some((isbn) => isbn.startsWith('978')),
    'as printed',
  );
  t.ok(
    all('demo-chem', '010', 'a').some((isbn) => isbn.startsWith('7-')),
    'as printed',
  );
  t.ok(all('demo-econ', '210', 'c').some((name) => name.endsWith('出版社有限公司')));
  t.ok(all('demo-chem', '200', 'd').every((title) => title.startsWith('= ')));
  t.equal(all('demo-law', '200', 'd').length, 0);
  t.ok(all('demo-law', '510', 'a').length > 0, 'only as an access point');
  t.ok(
    all('demo-law', '205', 'a').some((edition) => edition.includes('２')),
    'full-width',
  );
  t.ok(all('demo-normal', '200', 'A').length > 0, 'pinyin in $A');
  t.ok(all('demo-nlc', '701', '9').length > 0, 'pinyin in $9');
  t.ok(
    all('demo-nlc', '701', '4').every((role) => role.startsWith(' ')),
    'a blank before the role',
  );
  t.ok(
    all('demo-arts', '245', 'a').some((title) => title.includes('學')),
    'traditional script',
  );
  t.ok(
    all('demo-med', '245', 'a').some((title) => /^[A-Z][a-z ]+/.test(title)),
    'romanised',
  );
  t.ok(
    all('demo-med', '880', 'a').some((title) => title.includes('学')),
    'and original',
  );
  t.ok(all('demo-normal', '606', 'a').some((subjects) => subjects.includes(';')));
  t.ok(all('demo-pub', '920', 'd').length > 0, 'copies in a field of its own');
  t.end();
});

t.test('copies have barcodes of their own, and e-books have none', (t) => {
  for (const profile of profiles) {
    const { records } = createCatalogue(profile);
    const barcodes = records.flatMap((record) => record.copies.map((copy) => copy.barcode));
    t.equal(new Set(barcodes).size, barcodes.length, profile.id);
    t.ok(
      records.every((record) => (record.fact.medium === 'ebook') === (record.copies.length === 0)),
    );
  }
  t.end();
});

t.test('the same record is made every time', (t) => {
  const first = catalogueOf('demo-pub').records.map((record) => record.marc);
  const second = catalogueOf('demo-pub').records.map((record) => record.marc);
  t.same(first, second);
  t.end();
});
