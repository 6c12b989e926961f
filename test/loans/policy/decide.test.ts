import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { decide } from '../../../src/loans/policy/decide.ts';
import { explainPolicy, whatIf } from '../../../src/loans/policy/explain.ts';
import { PolicyError, readPolicy, readPolicyText } from '../../../src/loans/policy/read.ts';
import { publishPolicy } from '../../../src/loans/policy/store.ts';
import {
  isParameterName,
  type Policy,
  type PolicyFacts,
  policyParameters,
} from '../../../src/loans/policy/types.ts';
import { eachDatabase } from '../../support/database.ts';
import { loanWorld, plainPolicy } from '../../support/loans.ts';
import { yearOf } from '../../support/scripted-year.ts';

const folder = resolve(import.meta.dirname, '../../../config/policies');
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
const policies = new Map(
  files.map((file) => [
    file.replace('.yaml', ''),
    readPolicyText(readFileSync(join(folder, file), 'utf8')),
  ]),
);
const facts: PolicyFacts = {
  on: '2015-03-31',
  service: 'loan',
  lender: 'chem',
  lenderKind: 'member',
  home: 'home',
  patronGroup: 'undergraduate',
  collection: null,
  language: 'chi',
  age: 1,
  delivery: 'courier',
};

function policyOf(name: string): Policy {
  const policy = policies.get(name);
  if (policy === undefined) throw new Error(`There is no policy ${name}.`);
  return policy;
}

t.test(
  'there are five policy files, every rule with words, a source and a known parameter',
  async (t) => {
    t.equal(policies.size, 5);
    for (const policy of policies.values()) {
      for (const rule of policy.rules) {
        t.ok(isParameterName(rule.parameter) && rule.source !== '', rule.id);
        t.ok(/\p{Script=Han}/u.test(rule.sentence.zh) && /[a-z]/.test(rule.sentence.en), rule.id);
      }
    }
  },
);

t.test('every parameter has words of its own for where no rule speaks', async (t) => {
  const empty = readPolicy(plainPolicy);
  for (const name of Object.keys(policyParameters).filter(isParameterName)) {
    const decision = decide(empty, name, facts);
    t.match(decision, { rule: null, path: [], value: policyParameters[name].fallback });
    t.ok(decision.sentence.zh !== '' && decision.sentence.en !== '');
  }
});

t.test('the particular decides over the general, and the path shows both', async (t) => {
  const lecture = policyOf('foreign-lecture');
  const old = { ...facts, lenderKind: 'national', language: 'eng', age: 30 };
  const decision = decide(lecture, 'loan.period', old);
  t.match(decision, { rule: 'foreign.period-national-old', value: { count: 7, unit: 'days' } });
  t.same(
    decision.path.map((step) => [step.rule, step.outcome]),
    [
      ['foreign.period', 'overruled'],
      ['foreign.period-national-old', 'decided'],
    ],
  );
  t.match(decide(lecture, 'loan.period', { ...old, age: 20 }), { rule: 'foreign.period' });
  t.match(decide(lecture, 'loan.period', { ...old, age: null }), { rule: 'foreign.period' });
  t.match(decide(lecture, 'loan.period', { ...old, language: null }), { rule: 'foreign.period' });
  const partner = { ...facts, lenderKind: 'partner' };
  t.equal(decide(lecture, 'loan.eligible', partner).value, false);
  t.equal(decide(lecture, 'loan.eligible', { ...partner, patronGroup: 'doctoral' }).value, true);
});

t.test('rules hold from their first day to their last', async (t) => {
  const report = policyOf('management-report');
  const national = { ...facts, lenderKind: 'national' };
  t.equal(decide(report, 'loan.lends', { ...national, on: '2009-12-31' }).value, false);
  t.equal(decide(report, 'loan.lends', { ...national, on: '2010-01-01' }).value, true);
});

t.test(
  'equal policy and facts decide equally, whatever the order of rules of different layers',
  async (t) => {
    const lecture = policyOf('foreign-lecture');
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...lecture.rules], { minLength: lecture.rules.length }),
        (rules) => {
          const old = { ...facts, lenderKind: 'national', language: 'eng', age: 30 };
          return (
            decide({ ...lecture, rules }, 'loan.period', old).rule === 'foreign.period-national-old'
          );
        },
      ),
      { numRuns: 50 },
    );
    t.pass();
  },
);

t.test('a policy that cannot be used is refused with every fault', async (t) => {
  const bad = {
    id: 'x',
    title: { zh: '一' },
    source: 's',
    extra: 1,
    rules: [
      {
        id: 'a',
        parameter: 'loan.period',
        layer: 'consortium',
        value: '30 days',
        sentence: { zh: '一', en: 'a' },
      },
      {
        id: 'a',
        parameter: 'loan.nothing',
        layer: 'moon',
        value: 1,
        sentence: {},
        from: '2020-01-01',
        to: '2019-01-01',
        when: { lenders: ['x'] },
      },
    ],
  };
  try {
    readPolicy(bad);
    t.fail('it was taken');
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const pointers = error.faults.map((fault) => fault.pointer);
    for (const pointer of [
      '/extra',
      '/title/en',
      '/rules/0/value',
      '/rules/1/parameter',
      '/rules/1/layer',
      '/rules/1/to',
      '/rules/1/when/lenders',
    ]) {
      t.ok(pointers.includes(pointer), pointer);
    }
  }
  t.throws(() => readPolicyText('a: [1'), PolicyError);
  t.throws(() => readPolicyText('a: &a [1]\nb: *a'), PolicyError);
});

t.test('the five policies replay one scripted year with different outcomes', async (t) => {
  const outcomes = new Map([...policies].map(([name, policy]) => [name, yearOf(policy)]));
  const summary = (name: string) => outcomes.get(name)?.counts;
  t.same(summary('post-slides'), {
    lent: 7,
    refused: {
      'post.return-first': 3,
      'post.chinese-only': 2,
      'post.desk-delivery': 6,
      'post.volumes': 1,
    },
  });
  t.same(summary('science-guide'), { lent: 16, refused: { 'science.volumes': 3 } });
  t.same(summary('foreign-lecture'), {
    lent: 11,
    refused: { 'foreign.partners-closed': 1, 'foreign.courier': 6, 'foreign.volumes': 1 },
  });
  t.same(summary('management-report'), {
    lent: 9,
    refused: { 'loan.maxVolumes': 3, 'report.delivery': 6, 'report.public-before': 1 },
  });
  t.same(summary('library-chronicle'), {
    lent: 8,
    refused: { 'loan.maxVolumes': 3, 'chronicle.foreign-closed': 7, 'chronicle.one-book': 1 },
  });
  const texts = [...outcomes.values()].map((outcome) => JSON.stringify(outcome.lines));
  t.equal(new Set(texts).size, 5, 'no two policies agree on the whole year');
  for (const [name, outcome] of outcomes) {
    for (const line of outcome.lines) {
      if (line.outcome === 'refused') t.ok(line.zh && line.en && line.rule, `${name} says why`);
    }
  }
});

eachDatabase(
  'a request keeps the policy it was made under, and what-if shows the difference first',
  async (t, database) => {
    const world = await loanWorld(database);
    const reader = await world.reader();
    const { number } = await world.submit(reader);
    const shorter = {
      ...plainPolicy,
      rules: [
        {
          id: 'short',
          parameter: 'loan.period',
          layer: 'consortium',
          value: '14d',
          sentence: { zh: '十四天。', en: 'Fourteen days.' },
        },
      ],
    };
    const draft = await whatIf(world.context, database.db, shorter);
    t.match(draft, {
      looked: 1,
      changed: 1,
      requests: [
        {
          number,
          changes: [
            {
              parameter: 'loan.period',
              before: { count: 30 },
              after: { count: 14 },
              ruleAfter: 'short',
            },
          ],
        },
      ],
    });
    const nobody = publishPolicy.bind(null, world.context);
    await t.rejects(
      database.transaction((tx) => nobody(tx, reader, shorter)),
      { code: 'forbidden' },
    );
    await t.rejects(
      database.transaction((tx) =>
        nobody(tx, { kind: 'system', id: 'visitor', libraryId: null, roles: [] }, shorter),
      ),
      { code: 'forbidden' },
    );
    await database.transaction((tx) =>
      nobody(tx, world.staff(null, 'federation_administrator'), shorter),
    );
    const { decisions } = await explainPolicy(world.context, database.db, facts, 'loan.period');
    t.match(decisions, [{ rule: 'short', value: { count: 14 } }]);
    await t.rejects(explainPolicy(world.context, database.db, facts, 'loan.moon'), {
      code: 'not_found',
    });
    const lender = world.staff('chem', 'desk_clerk');
    await world.act(lender, number, 'promise');
    await world.act(lender, number, 'lend', { barcodes: ['A1'] });
    const leg = await database.db
      .selectFrom('loan_legs')
      .select('due_date')
      .executeTakeFirstOrThrow();
    t.equal(leg.due_date, '2026-12-18', 'thirty days, as when it was submitted');
  },
);
