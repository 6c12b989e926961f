import t from 'tap';
import { bibFromXml } from '../../../src/marc/dialects/index.ts';
import { parseXmlTree } from '../../../src/marc/xml/tree.ts';

const read = (xml: string) => bibFromXml(parseXmlTree(Buffer.from(xml)));
const dcNamespace = 'xmlns:dc="http://purl.org/dc/elements/1.1/"';

t.test('reads Dublin Core as Alma makes it of Chinese records', async (t) => {
  const record = read(`<dc:record ${dcNamespace}>
    <dc:title>化学工程实验 : 基础 = Chemical engineering</dc:title>
    <dc:contributor>冯红艳 主编</dc:contributor><dc:contributor>李明 译</dc:contributor>
    <dc:publisher>合肥</dc:publisher><dc:publisher>中国科学技术大学出版社</dc:publisher>
    <dc:date>2014.2</dc:date><dc:language>chi</dc:language><dc:type>text</dc:type>
    <dc:identifier>990002180740203961</dc:identifier>
    <dc:identifier>(aleph)000218074BNU03</dc:identifier>
    <dc:identifier>978-7-312-03389-6</dc:identifier></dc:record>`);
  t.match(record, {
    dialect: 'dc',
    controlNumber: '990002180740203961',
    title: '化学工程实验',
    subtitle: '基础',
    parallelTitle: 'Chemical engineering',
    authors: ['冯红艳', '李明'],
    place: '合肥',
    publisher: '中国科学技术大学出版社',
    year: 2014,
    isbn: ['9787312033896'],
    language: 'chi',
    type: 'book',
  });
  t.match(record?.contributors, [
    { role: '主编', primary: true },
    { role: '译', primary: false },
  ]);
});

t.test('reads Dublin Core of other servers', async (t) => {
  const record =
    read(`<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" ${dcNamespace}>
    <dc:title>Nature /</dc:title><dc:creator>Kuhn, Thomas S., 1922-1996.</dc:creator>
    <dc:publisher>New York : Norton,</dc:publisher><dc:date>c1974.</dc:date>
    <dc:type>Serial</dc:type><dc:language>en</dc:language><dc:format>210 p.</dc:format>
    <dc:identifier>URN:ISSN:0028-0836</dc:identifier><dc:identifier>20140601</dc:identifier>
    <dc:identifier>https://example.org/1</dc:identifier></oai_dc:dc>`);
  t.match(record, {
    title: 'Nature',
    authors: ['Kuhn, Thomas S.'],
    place: 'New York',
    publisher: 'Norton',
    year: 1974,
    type: 'serial',
    language: 'eng',
    extent: '210 p.',
    controlNumber: '20140601',
    links: [{ url: 'https://example.org/1' }],
  });
  t.strictSame(record?.issn, ['0028-0836']);
});

t.test('reads MODS with its articles, roles, scripts and shelf marks', async (t) => {
  const record = read(`<mods xmlns="http://www.loc.gov/mods/v3">
    <titleInfo><nonSort>The </nonSort><title>practice of programming</title><subTitle>style</subTitle></titleInfo>
    <titleInfo type="translated"><title>程序设计实践</title></titleInfo>
    <name type="personal" usage="primary"><namePart type="family">Pike</namePart><namePart type="given">Rob</namePart><namePart type="date">1956-</namePart></name>
    <name type="corporate"><namePart>Bell Labs</namePart><role><roleTerm type="code">isb</roleTerm></role></name>
    <originInfo><place><placeTerm type="code">nyu</placeTerm></place><place><placeTerm type="text">Reading</placeTerm></place>
      <publisher>Addison-Wesley</publisher><dateIssued>c1999.</dateIssued><dateIssued encoding="marc">1999</dateIssued><issuance>monographic</issuance></originInfo>
    <language><languageTerm type="code" authority="iso639-2b">eng</languageTerm></language>
    <note type="statement of responsibility">Rob Pike.</note><note>Index.</note>
    <subject><topic>Programming</topic><geographic>China</geographic></subject>
    <classification authority="lcc">QA76</classification>
    <relatedItem type="series"><titleInfo><title>Computing series ; 3</title></titleInfo></relatedItem>
    <identifier type="isbn">0306406152 (pbk.)</identifier><identifier type="isbn" invalid="yes">9780131103627</identifier>
    <location><physicalLocation>Main</physicalLocation><shelfLocator>QA76 .P5</shelfLocator></location>
    <recordInfo><recordIdentifier>42</recordIdentifier></recordInfo></mods>`);
  t.match(record, {
    dialect: 'mods',
    title: 'The practice of programming',
    sortTitle: 'practice of programming',
    subtitle: 'style',
    parallelTitle: '程序设计实践',
    authors: ['Pike, Rob', 'Bell Labs'],
    place: 'Reading',
    publisher: 'Addison-Wesley',
    date: 'c1999',
    year: 1999,
    responsibility: 'Rob Pike',
    series: 'Computing series',
    seriesVolume: '3',
    isbn: ['9780306406157'],
    controlNumber: '42',
  });
  t.strictSame(record?.subjects, ['Programming--China']);
  t.strictSame(record?.notes, ['Index.']);
  t.match(record?.items, [{ callNumber: 'QA76 .P5', location: 'Main', lendable: null }]);
});

t.test('leaves MARC and everything unknown to others', async (t) => {
  t.equal(read('<record xmlns="http://www.loc.gov/MARC21/slim"><leader>x</leader></record>'), null);
  t.equal(read('<oai_marc><fixfield id="001">1</fixfield></oai_marc>'), null);
  t.equal(read('<holdings><holding/></holdings>'), null);
  t.equal(read('<explain/>'), null);
  t.equal(read('<modsCollection/>'), null);
});
