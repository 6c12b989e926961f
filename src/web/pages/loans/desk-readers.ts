import { listReaders, viewReader } from '../../../loans/people/readers.ts';
import {
  approveReader,
  refuseReader,
  reinstateReader,
  returnReader,
  suspendReader,
} from '../../../loans/people/review.ts';
import { optionalFields, readScheme } from '../../../loans/people/scheme.ts';
import { type Html, html } from '../html.ts';
import { entered, renderFaults, renderField, renderSelect } from './forms.ts';
import { type PageCall, type PageParts, type PageRoute, type Refused, tryForm } from './kit.ts';
import { loanTexts } from './loan-texts.ts';
import { renderTime } from './request-view.ts';

const decisions = {
  return: returnReader,
  refuse: refuseReader,
  suspend: suspendReader,
  reinstate: reinstateReader,
} as const;
type Decision = keyof typeof decisions | 'approve';

/** The desk's review of who registered. */
export function deskReaderPages({ services }: PageParts): readonly PageRoute[] {
  const { people, loans } = services;
  return [
    {
      method: 'GET',
      url: '/desk/readers',
      who: 'staff',
      run: async (call) => await showList(call),
    },
    {
      method: 'GET',
      url: '/desk/readers/:id',
      who: 'staff',
      run: async (call) => await showReader(call, null),
    },
    {
      method: 'POST',
      url: '/desk/readers/:id/:decision',
      who: 'staff',
      run: async (call) => {
        const { actor, form, params } = call;
        const id = params.id ?? '';
        const decision = params.decision ?? '';
        const ifVersion = Number(form.get('version'));
        const note = entered(form, 'note');
        const tried = await tryForm(call, async () => {
          if (decision === 'approve') {
            const patronGroup = form.get('patronGroup') ?? '';
            return await approveReader(people, actor, id, { patronGroup, note, ifVersion });
          }
          if (!isDecision(decision)) return null;
          return await decisions[decision](people, actor, id, { note, ifVersion });
        });
        if ('refused' in tried) return await showReader(call, tried.refused);
        return call.go('/desk/readers');
      },
    },
  ];

  async function showList(call: PageCall): Promise<unknown> {
    const { actor, language, query } = call;
    const text = loanTexts[language];
    const { readers, next } = await listReaders(people, actor, {
      libraryId: actor.libraryId ?? '',
      state: 'awaiting_review',
      after: query.get('after'),
    });
    const heads = [text.name, text.registeredAt, text.sameCard, text.sameEmail];
    const older = new URLSearchParams({ lang: language, after: next ?? '' });
    const main =
      readers.length === 0
        ? html`<p>${text.emptyQueue}</p>`
        : html`<div class="wide"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>
${readers.map(
  (one) => html`<tr><td><a href="${`/desk/readers/${one.id}?lang=${language}`}">${one.name}</a></td>
<td>${renderTime(one.registeredAt.toISOString(), loans.timezone)}</td><td>${one.sameCard}</td><td>${one.sameEmail}</td></tr>
`,
)}</tbody></table></div>
${next !== null && html`<p><a rel="next" href="${`/desk/readers?${older.toString()}`}">${text.more}</a></p>`}`;
    return call.show({ title: text.readers, main });
  }

  async function showReader(call: PageCall, refused: Refused | null): Promise<unknown> {
    const { actor, language, params } = call;
    const id = params.id ?? '';
    const { reader, profile, actions } = await viewReader(people, actor, id);
    const { scheme } = await readScheme(people, reader.library_id);
    const groups = scheme.patronGroups.map((group) => ({
      value: group.id,
      label: group.label[language],
    }));
    const optional = Object.entries(optionalFields).map(
      ([name, { label }]) => [label[language], profile?.[name as 'phone'] ?? null] as const,
    );
    const rows = [
      [call.text.realName, profile?.name ?? null],
      [scheme.card.label[language], profile?.card_number ?? null],
      [call.text.email, profile?.email ?? null],
      ...optional,
      ...scheme.extra.map(({ name, label }) => [label[language], profile?.extra[name]] as const),
    ].filter(([, value]) => value !== null && value !== undefined);
    const main = html`${refused && renderFaults(refused.sentence, refused.faults, language)}
<dl class="facts-list">${rows.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>\n`)}</dl>
<section class="actions">${actions
      .filter((action): action is Decision => action === 'approve' || isDecision(action))
      .map((action) => renderDecision(call, id, reader.version, action, groups))}</section>`;
    return call.show({
      title: profile?.name ?? id,
      main,
      status: refused?.status ?? 200,
    });
  }

  function renderDecision(
    { language }: PageCall,
    id: string,
    version: number,
    decision: Decision,
    groups: readonly { readonly value: string; readonly label: string }[],
  ): Html {
    const text = loanTexts[language];
    const note = {
      name: 'note',
      form: decision,
      label: text.readerNote,
      required: decision !== 'approve' && decision !== 'reinstate',
      lines: true,
    };
    const form = html`<form method="post" action="${`/desk/readers/${id}/${decision}?lang=${language}`}">
<input type="hidden" name="version" value="${version}">
${decision === 'approve' && renderSelect({ name: 'patronGroup', label: text.patronGroup, required: true }, groups)}
${renderField(note, [], language)}
<button type="submit"${decision === 'approve' && html` class="primary"`}>${text.decisions[decision]}</button></form>`;
    if (decision === 'approve') return form;
    return html`<details><summary>${text.decisions[decision]} …</summary>${form}</details>`;
  }
}

function isDecision(name: string): name is keyof typeof decisions {
  return Object.hasOwn(decisions, name);
}
