import { actionFacts, actionsOf } from './actions.ts';
import { messageFacts } from './messages.ts';
import { type Side, START, stateFacts, statesOf } from './states.ts';
import { type Transition, transitions } from './transitions.ts';

const titles: Readonly<Record<Side, string>> = {
  borrowing: 'Borrowing side (借入馆)',
  lending: 'Lending side (出借馆), one for every lender tried',
};

/** The life cycle as a page: a diagram and two tables for each side, made from the tables alone. */
export function drawLifecycle(): string {
  const parts = (['borrowing', 'lending'] as const).map((side) =>
    [
      `## ${titles[side]}`,
      '',
      ...diagram(side),
      '',
      ...stateTable(side),
      '',
      ...stepTable(side),
    ].join('\n'),
  );
  return `# The life cycle of a loan\n\nMade from the tables of this folder; a test keeps it so.\n\n${parts.join('\n\n')}\n`;
}

function diagram(side: Side): string[] {
  const arrows = new Map<string, Set<string>>();
  for (const row of transitions) {
    if (row.side !== side || row.from === row.to) continue;
    const from = row.from === START ? '[*]' : row.from;
    const key = `  ${from} --> ${row.to}`;
    const actions = arrows.get(key) ?? new Set();
    actions.add(row.action);
    arrows.set(key, actions);
  }
  const ends = Object.entries(statesOf[side])
    .filter(([, facts]) => facts.owner === null)
    .map(([state]) => `  ${state} --> [*]`);
  const lines = [...arrows].map(([arrow, actions]) => `${arrow}: ${[...actions].join(', ')}`);
  return ['```mermaid', 'stateDiagram-v2', ...lines, ...ends, '```'];
}

function stateTable(side: Side): string[] {
  const rows = Object.keys(statesOf[side]).map((state) => {
    const facts = stateFacts(side, state);
    const timer =
      facts.timer === null ? '' : `${facts.timer.action} after ${facts.timer.parameter}`;
    return `| ${state} | ${facts.zh} | ${facts.phase} | ${facts.owner ?? 'final'} | ${timer} |`;
  });
  return [
    '| state | 中文 | reader phase | waits for | timer |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ];
}

function stepTable(side: Side): string[] {
  const rows = actionsOf(side).flatMap((action) => {
    const facts = actionFacts(side, action);
    const steps = transitions.filter((row) => row.side === side && row.action === action);
    const ways = new Map<string, Transition[]>();
    for (const step of steps) {
      const key = `${step.from === step.to ? 'stays' : step.to}|${step.roles.join(', ')}|${step.sends}`;
      ways.set(key, [...(ways.get(key) ?? []), step]);
    }
    return [...ways.values()].map((group) => {
      const [first] = group;
      if (first === undefined) return '';
      const from = group.map((step) => step.from).join(', ');
      const to = first.from === first.to ? '(stays)' : first.to;
      const sends = first.sends === null ? '' : `${first.sends} (${messageFacts(first.sends).iso})`;
      return `| ${action} | ${facts?.zh ?? ''} | ${from} | ${to} | ${first.roles.join(', ')} | ${sends} |`;
    });
  });
  return [
    '| action | 中文 | from | to | who | tells the other side |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ];
}
