import type { Actor } from '../actor.ts';
import { notFound, type Sentence } from '../errors.ts';
import { actionFacts, actionsOf, type LoanRole, loanRoles } from '../lifecycle/actions.ts';
import { guardOf } from '../lifecycle/guards.ts';
import { findStep, type Refusal } from '../lifecycle/machine.ts';
import type { Side } from '../lifecycle/states.ts';
import { refusalSentence } from '../lifecycle/take.ts';
import { transitions } from '../lifecycle/transitions.ts';
import { openWork, standingOf } from '../lifecycle/work.ts';
import { maySee, seatsOf } from './act.ts';
import type { LoanContext, Tx } from './context.ts';

export interface ActionView {
  readonly action: string;
  readonly side: Side;
  readonly name: { readonly zh: string; readonly en: string };
  readonly open: boolean;
  /** Why it is closed to the caller; null where it is open. */
  readonly why: (Sentence & { readonly rule: string }) | null;
  /** The step that usually comes next. */
  readonly primary: boolean;
  readonly closing: boolean;
  /** Names that its input must have. */
  readonly needs: readonly string[];
  /** The state it leads to. */
  readonly to: string | null;
}

/** Every action of the caller's side, with why each is open or closed at this moment. */
export async function openActions(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  number: string,
): Promise<{ readonly version: number; readonly actions: readonly ActionView[] }> {
  const work = await openWork(context, tx, { number }, { hold: false });
  if (!maySee(actor, work.request, work.legs)) throw notFound();
  const views = new Map<string, ActionView>();
  for (const seat of seatsOf(actor, work.request, work.legs)) {
    const standing = standingOf(work, seat.side, seat.leg);
    for (const action of actionsOf(seat.side).filter(takenByPeople)) {
      const key = `${seat.side} ${action}`;
      if (views.get(key)?.open) continue;
      const found = findStep(standing, action, seat.role);
      const closed = found.ok ? await guardOf(work, { ...seat, action }) : null;
      const why = found.ok
        ? closed && { ...closed.sentence, rule: closed.rule }
        : whyNot(found.why, seat.side, standing.state, action);
      const facts = actionFacts(seat.side, action);
      if (facts === null) continue;
      const before = views.get(key);
      // The seat whose refusal comes closest to an answer speaks: a guard before the table.
      if (before !== undefined && !found.ok) continue;
      views.set(key, {
        action,
        side: seat.side,
        name: { zh: facts.zh, en: facts.en },
        open: why === null,
        why,
        primary: why === null && facts.primary === true,
        closing: facts.closing === true,
        needs: facts.needs ?? [],
        to: found.ok ? found.transition.to : null,
      });
    }
  }
  return { version: work.request.version, actions: [...views.values()] };
}

function whyNot(why: Refusal, side: Side, state: string, action: string) {
  return { ...refusalSentence(why), rule: `lifecycle.${side}.${state}.${action}` };
}

const people: ReadonlySet<LoanRole> = new Set(
  loanRoles.filter((role) => role !== 'system' && role !== 'peer'),
);
const peoplesActions: ReadonlySet<string> = new Set(
  transitions
    .filter((row) => row.roles.some((role) => people.has(role)) && row.action !== 'submit')
    .map((row) => row.action),
);

function takenByPeople(action: string): boolean {
  return peoplesActions.has(action);
}

export interface ActionDescription {
  readonly action: string;
  readonly side: Side;
  readonly name: { readonly zh: string; readonly en: string };
  readonly needs: readonly string[];
  readonly roles: readonly LoanRole[];
  readonly from: readonly string[];
}

/** Every action that people take, as the tables have it: for descriptions and documentation. */
export function describeActions(): readonly ActionDescription[] {
  return (['borrowing', 'lending'] as const).flatMap((side) =>
    actionsOf(side)
      .filter(takenByPeople)
      .flatMap((action) => {
        const rows = transitions.filter((row) => row.side === side && row.action === action);
        const facts = actionFacts(side, action);
        if (facts === null || rows.length === 0) return [];
        const roles = [...new Set(rows.flatMap((row) => row.roles))].filter((role) =>
          people.has(role),
        );
        if (roles.length === 0) return [];
        return [
          {
            action,
            side,
            name: { zh: facts.zh, en: facts.en },
            needs: facts.needs ?? [],
            roles,
            from: [...new Set(rows.map((row) => row.from))],
          },
        ];
      }),
  );
}
