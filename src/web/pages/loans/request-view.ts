import { instantOf, isDay, minuteAt } from '../../../loans/calendar/dates.ts';
import { refusalReasons } from '../../../loans/lifecycle/effects.ts';
import { reasonWords } from '../../../loans/notices/compose.ts';
import type { EventView } from '../../../loans/requests/history.ts';
import type { ActionView } from '../../../loans/requests/open-actions.ts';
import type { RequestView } from '../../../loans/requests/read.ts';
import type { Language } from '../../language.ts';
import { type Html, html } from '../html.ts';
import { renderField, renderSelect } from './forms.ts';
import { loanTexts } from './loan-texts.ts';

/** Instants are shown by the clock of the federation; the machine's form stays beside them. */
export function renderTime(instant: string | null, timezone: string): Html | null {
  if (instant === null) return null;
  return html`<time datetime="${instant}">${minuteAt(new Date(instant), timezone)}</time>`;
}

export interface Looking {
  readonly language: Language;
  readonly timezone: string;
  readonly now: Date;
}

/** A request as its reader or a desk sees it: what it is, how it stands, what happened. */
export function renderRequest(
  view: RequestView,
  events: readonly EventView[],
  { language, timezone, now }: Looking,
): Html {
  const text = loanTexts[language];
  const leg = view.legs.at(-1);
  const mayCancel = view.side === 'borrowing' && !view.closed && now < new Date(view.cancelUntil);
  const rows: readonly (readonly [string, Html | string | number | null])[] = [
    [text.title, view.citation.title],
    [text.author, view.citation.author],
    [text.volume, view.citation.volume],
    [text.phase, `${view.phaseName[language]} · ${view.stateName[language]}`],
    [text.deadline, renderTime(view.deadline, timezone)],
    [text.cancelUntil, mayCancel ? renderTime(view.cancelUntil, timezone) : null],
    [text.unfilled, wordsOf(leg?.unfilledReason ?? null, language)],
    [text.home, view.homeName[language]],
    [text.lender, leg?.lenderName[language] ?? view.lender],
    [text.callNumber, leg?.callNumber ?? view.citation.callNumber],
    [text.delivery, text.deliveries[view.delivery as 'courier']],
    [text.volumeCount, view.volumes],
    [text.dueDate, view.dueDate],
    [text.visitAt, renderTime(view.visitAt, timezone)],
    [text.note, view.note],
    [text.submittedAt, renderTime(view.submittedAt, timezone)],
  ];
  const filled = rows.filter(([, value]) => value !== null && value !== '');
  return html`<dl class="facts-list">${filled.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>\n`)}</dl>
<details><summary>${text.history}</summary>
<table><thead><tr><th scope="col">${text.when}</th><th scope="col">${text.what}</th></tr></thead><tbody>
${events.map(({ at, actionName }) => html`<tr><td>${renderTime(at, timezone)}</td><td>${actionName[language]}</td></tr>\n`)}</tbody></table></details>`;
}

function wordsOf(reason: string | null, language: Language): string | null {
  return reason === null ? null : (reasonWords[reason]?.[language] ?? reason);
}

/** Inputs that the pages have fields for; an action that needs another is left to the API. */
const known = ['reason', 'condition', 'barcodes', 'dueDate', 'visitAt', 'duplicateOf', 'lender'];

function hasFields({ needs }: ActionView): boolean {
  return needs.every((name) => known.includes(name));
}

/** Each open action as a form of its own; the closed ones with the reason why. */
export function renderActions(
  actions: readonly ActionView[],
  version: number,
  addressOf: (action: string) => string,
  language: Language,
): Html {
  const text = loanTexts[language];
  const open = actions
    .filter((one) => one.open && hasFields(one))
    .toSorted((a, b) => Number(b.primary) - Number(a.primary));
  const closed = actions.filter((one) => !one.open);
  return html`<section class="actions"><h2>${text.actions}</h2>
${open.length === 0 && html`<p>${text.noActions}</p>`}
${open.map((one) => renderAction(one, version, addressOf(one.action), language))}
${closed.length > 0 && html`<details><summary>${text.closedActions}</summary><ul>${closed.map((one) => html`<li>${one.name[language]}: ${one.why?.[language]}</li>\n`)}</ul></details>`}
</section>`;
}

function renderAction(one: ActionView, version: number, address: string, language: Language): Html {
  const text = loanTexts[language];
  const form = html`<form method="post" action="${address}">
<input type="hidden" name="version" value="${version}"><input type="hidden" name="side" value="${one.side}">
${inputsOf(one).map((name) => renderInput(one.action, name, language))}
<button type="submit"${one.primary && html` class="primary"`}>${one.name[language]}</button></form>`;
  const plain = one.primary || (!one.closing && inputsOf(one).length === 0);
  if (plain) return form;
  return html`<details><summary>${one.name[language]} …</summary>${one.closing && html`<p>${text.confirmFirst}</p>`}${form}</details>`;
}

/** What an action asks for, and the lender where a desk chooses one. */
function inputsOf({ action, needs }: Pick<ActionView, 'action' | 'needs'>): readonly string[] {
  return action === 'send' ? [...needs, 'lender'] : needs;
}

function renderInput(action: string, name: string, language: Language): Html {
  const text = loanTexts[language];
  const label = action === 'offer_conditions' ? text.offer : text.inputs[name as 'reason'];
  if (action === 'refuse' && name === 'reason') {
    const choices = refusalReasons.map((value) => ({
      value,
      label: reasonWords[value]?.[language] ?? value,
    }));
    return renderSelect({ name, form: action, label, required: true }, choices);
  }
  if (action === 'check_return' && name === 'condition') {
    const choices = (['good', 'damaged'] as const).map((value) => ({
      value,
      label: text.conditions[value],
    }));
    return renderSelect({ name, form: action, label, required: true }, choices);
  }
  const types = { dueDate: 'date', visitAt: 'datetime-local' } as const;
  const type = types[name as 'dueDate'] ?? 'text';
  return renderField(
    { name, form: action, label, type, required: true, lines: name === 'barcodes' },
    [],
    language,
  );
}

/** What the form of an action sent, as the loan core takes it. */
export function readInput(
  form: URLSearchParams,
  timezone: string,
): Readonly<Record<string, unknown>> {
  const input: Record<string, unknown> = {};
  for (const name of [...known, 'remark']) {
    const value = form.get(name)?.trim() ?? '';
    if (value === '') continue;
    if (name === 'barcodes') input[name] = value.split(/[\s,，]+/).filter((one) => one !== '');
    else if (name === 'visitAt') input[name] = visitOf(value, timezone);
    else input[name] = value;
  }
  return input;
}

/** A browser's local time means the clock of the federation. */
function visitOf(value: string, timezone: string): string {
  const [day = '', time = ''] = value.split('T');
  if (!isDay(day) || !/^\d{2}:\d{2}$/.test(time)) return value;
  return instantOf(day, `${time}:00`, timezone).toISOString();
}
