import { randomUUID } from 'node:crypto';
import type { FormField, Preview } from '../../../loans/requests/preview.ts';
import { previewRequest } from '../../../loans/requests/preview.ts';
import type { RequestInput } from '../../../loans/requests/types.ts';
import { submitOnce } from '../../api/loans/requests.ts';
import { type Html, html } from '../html.ts';
import { entered, type Field, renderFaults, renderField, renderSelect } from './forms.ts';
import { type PageCall, type PageParts, type PageRoute, type Refused, tryForm } from './kit.ts';
import { loanTexts } from './loan-texts.ts';

const noteCharacters = 50;
const citationNames = [
  'title',
  'author',
  'publisher',
  'year',
  'edition',
  'volume',
  'isbn',
] as const;
/** Fields that are still to be filled in are not judged before they were. */
const ownPointers = ['/delivery', '/volumes', '/neededBy', '/ownReference', '/note'];

/** What the steps of the form hand on. */
const carried = [
  'record',
  'holder',
  'localId',
  'library',
  'delivery',
  'volumes',
  'ownReference',
  'neededBy',
  'note',
  ...citationNames.map((name) => `citation.${name}`),
];

/** The request form: from a hit or blank, then the page to confirm, then the number. */
export function newRequestPages({ context, services }: PageParts): readonly PageRoute[] {
  const { loans } = services;
  return [
    {
      method: 'GET',
      url: '/request',
      who: 'reader',
      run: async (call) => {
        const { query } = call;
        const form = new URLSearchParams();
        for (const [from, to] of [
          ['record', 'record'],
          ['library', 'holder'],
          ['localId', 'localId'],
        ] as const) {
          const value = query.get(from);
          if (value !== null) form.set(to, value);
        }
        return await showForm(call, form, null);
      },
    },
    {
      method: 'POST',
      url: '/request',
      who: 'reader',
      run: async (call) => {
        const { form } = call;
        if (form.get('step') === 'change') return await showForm(call, form, null);
        if (form.get('step') === 'send') return await send(call);
        return await confirm(call);
      },
    },
  ];

  async function confirm(call: PageCall): Promise<unknown> {
    const input = inputOf(call.form);
    const tried = await tryForm(call, () => previewRequest(loans, call.actor, input));
    if ('refused' in tried) return await showForm(call, call.form, tried.refused);
    const preview = tried.done;
    if (!preview.submittable) {
      const refused = { sentence: '', faults: onForm(preview, input), status: 409 };
      return await showForm(call, call.form, refused);
    }
    const { language } = call;
    const text = loanTexts[language];
    const hidden = hiddenFields(call.form, carried);
    const main = html`${renderPreview(preview, call)}
<form method="post" action="${`/request?lang=${language}`}">${hidden}
<input type="hidden" name="key" value="${randomUUID()}">
<p class="buttons"><button type="submit" name="step" value="send">${text.send}</button>
<button type="submit" name="step" value="change" class="plain">${text.change}</button></p></form>`;
    return call.show({ title: text.confirmTitle, main });
  }

  async function send(call: PageCall): Promise<unknown> {
    const { actor, form, request } = call;
    const input = inputOf(form);
    const given = form.get('key') ?? '';
    const key = /^[0-9a-f-]{36}$/.test(given) ? given : randomUUID();
    const tried = await tryForm(call, () => submitOnce(loans, { actor, key, input, request }));
    if ('refused' in tried) return await showForm(call, form, tried.refused);
    const { status, body } = tried.done.outcome;
    const answer = JSON.parse(body) as { readonly number?: string; readonly detail?: string };
    if (answer.number !== undefined) return call.go(`/me/requests/${answer.number}`, { sent: '1' });
    return await showForm(call, form, { sentence: answer.detail ?? '', faults: [], status });
  }

  async function showForm(
    call: PageCall,
    form: URLSearchParams,
    refused: Refused | null,
  ): Promise<unknown> {
    const { language, actor } = call;
    const text = loanTexts[language];
    const fromHit = form.has('localId');
    const preview = fromHit ? await previewRequest(loans, actor, inputOf(form)) : null;
    const faults = refused?.faults ?? [];
    const field = (one: Field) =>
      renderField({ value: form.get(one.name), ...one }, faults, language);
    const main = html`${refused && renderFaults(refused.sentence, faults, language)}
<form method="post" action="${`/request?lang=${language}`}" class="sheet">
${preview === null ? renderBlank(call, form, refused) : html`${hiddenFields(form, ['record', 'holder', 'localId'])}${renderPreview(preview, call, ownPointers)}`}
${renderSelect(
  { name: 'delivery', label: text.delivery, value: form.get('delivery'), required: true },
  (preview?.deliveries ?? (['courier', 'pickup'] as const)).map((value) => ({
    value,
    label: text.deliveries[value],
  })),
)}
${field({ name: 'volumes', label: text.volumeCount, type: 'number', value: form.get('volumes') ?? '1' })}
${field({ name: 'neededBy', label: text.neededBy, type: 'date' })}
${field({ name: 'ownReference', label: text.ownReference, maxLength: 64 })}
${field({ name: 'note', label: text.note, characters: noteCharacters })}
<p class="buttons"><button type="submit" name="step" value="confirm">${text.next}</button></p></form>`;
    return call.show({ title: text.requestTitle, main, status: refused?.status ?? 200 });
  }

  /** A citation that the reader knows, and the library to ask or none. */
  function renderBlank(call: PageCall, form: URLSearchParams, refused: Refused | null): Html {
    const { language } = call;
    const text = loanTexts[language];
    const lenders = context.directory
      .list()
      .filter(({ library }) => library.status === 'live' && library.id !== call.actor.libraryId)
      .flatMap(({ library: { id } }) => {
        const found = loans.findLibrary(id);
        return found === null || found.lend === null
          ? []
          : [{ value: id, label: found.name[language] }];
      });
    return html`<h2>${text.blank}</h2>
${citationNames.map((name) =>
  renderField(
    {
      name: `citation.${name}`,
      label: text[name],
      value: form.get(`citation.${name}`),
      required: name === 'title',
    },
    refused?.faults ?? [],
    language,
  ),
)}
${renderSelect({ name: 'library', label: text.lender, value: form.get('library') }, [
  { value: '', label: text.anyLender },
  ...lenders,
])}`;
  }

  function renderPreview(
    preview: Preview,
    { language }: PageCall,
    without: readonly string[] = [],
  ): Html {
    const text = loanTexts[language];
    const told = preview.verdicts.filter(
      ({ outcome, pointer }) => outcome !== 'pass' && !(pointer && without.includes(pointer)),
    );
    const copies = preview.homeHoldings?.copies ?? [];
    const filled = preview.form.filter(({ value }) => value !== null && value !== '');
    const shown = ({ name, value }: FormField) =>
      name === 'delivery' ? text.deliveries[value as 'courier'] : value;
    return html`<h2>${text.form}</h2>
<dl class="facts-list">${filled.map((line) => html`<dt>${line.label[language]}</dt><dd>${shown(line)}</dd>\n`)}</dl>
${copies.length > 0 && html`<p class="said">${text.homeHoldings} ${copies.map((copy) => copy.callNumber ?? copy.localId).join('; ')}</p>`}
${told.length > 0 && html`<h2>${text.verdicts}</h2><ul>${told.map(({ outcome, sentence }) => html`<li class="${outcome}"><strong>${text.outcomes[outcome]}</strong>: ${sentence[language]}</li>\n`)}</ul>`}`;
  }
}

function hiddenFields(form: URLSearchParams, names: readonly string[]): Html {
  const given = names.filter((name) => form.has(name));
  return html`${given.map((name) => html`<input type="hidden" name="${name}" value="${form.get(name)}">\n`)}`;
}

function inputOf(form: URLSearchParams): RequestInput {
  const library = entered(form, 'holder');
  const localId = entered(form, 'localId');
  const hit = library !== null && localId !== null;
  const citation = citationNames.map((name) => [name, entered(form, `citation.${name}`)] as const);
  const volumes = entered(form, 'volumes');
  return {
    ...(hit
      ? { record: entered(form, 'record'), holding: { library, localId } }
      : { citation: Object.fromEntries(citation), library: entered(form, 'library') }),
    service: 'loan',
    delivery: entered(form, 'delivery'),
    ...(volumes !== null && { volumes: Number(volumes) }),
    ownReference: entered(form, 'ownReference'),
    neededBy: entered(form, 'neededBy'),
    note: entered(form, 'note'),
  };
}

/** Faults of a record's own fields cannot be mended on this form; they are said all the same. */
function onForm(preview: Preview, input: RequestInput): Preview['faults'] {
  return input.holding == null
    ? preview.faults
    : preview.faults.map((fault) =>
        fault.pointer.startsWith('/citation') ? { ...fault, pointer: '' } : fault,
      );
}
