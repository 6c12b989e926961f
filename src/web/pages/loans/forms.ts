import type { FieldFault } from '../../../loans/errors.ts';
import type { Language } from '../../language.ts';
import { type Html, html } from '../html.ts';
import { texts } from './texts.ts';

export interface Field {
  /** Name in the form; `extra.x` stands for the pointer `/extra/x`. */
  readonly name: string;
  /** Tells fields of one name apart where a page has several forms. */
  readonly form?: string;
  readonly label: string;
  readonly value?: string | null;
  readonly type?: 'text' | 'password' | 'email' | 'tel' | 'date' | 'datetime-local' | 'number';
  readonly required?: boolean;
  readonly hint?: string | null;
  readonly autocomplete?: string;
  readonly maxLength?: number;
  readonly lines?: boolean;
  /** Filled by the script from what stands behind `#`, and put out of sight then. */
  readonly fromLink?: boolean;
  /** Where the page is for this field alone, as at a scanner. */
  readonly focus?: boolean;
  /** Shown as a count beside the field; the loan core holds to it. */
  readonly characters?: number;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

function idOf(name: string, form = ''): string {
  return `field-${form}${form && '-'}${name.replaceAll('.', '-')}`;
}

function faultOf(name: string, faults: readonly FieldFault[]): FieldFault | undefined {
  return faults.find(({ pointer }) => nameOf(pointer) === name);
}

/** The field that a fault is about. */
export function nameOf(pointer: string): string {
  return pointer.slice(1).replaceAll('/', '.');
}

/** One labelled field with its hint and what is wrong with it, tied together for screen readers. */
export function renderField(field: Field, faults: readonly FieldFault[], language: Language): Html {
  const { name, label, value, type = 'text', required, hint, autocomplete, maxLength } = field;
  const id = idOf(name, field.form);
  const fault = faultOf(name, faults);
  const told = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  const attributes = html` id="${id}" name="${name}"${required && html` required`}${told && html` aria-describedby="${told}"`}${fault && html` aria-invalid="true"`}${maxLength !== undefined && html` maxlength="${maxLength}"`}${autocomplete && html` autocomplete="${autocomplete}"`}${field.fromLink && html` data-from-link`}${field.focus && html` autofocus`}${field.characters !== undefined && html` data-characters="${field.characters}"`}`;
  const shown = type === 'password' ? '' : (value ?? '');
  return html`<p class="field"><label for="${id}">${label} ${required && html`<span class="must">${texts[language].required}</span>`}</label>
${field.lines ? html`<textarea rows="3"${attributes}>${shown}</textarea>` : html`<input type="${type}" value="${shown}"${attributes}>`}
${hint && html`<span class="hint" id="${id}-hint">${hint}</span>`}
${fault && html`<span class="fault" id="${id}-fault">${fault[language]}</span>`}</p>
`;
}

export function renderSelect(
  field: Pick<Field, 'name' | 'form' | 'label' | 'value' | 'hint' | 'required'>,
  choices: readonly Choice[],
): Html {
  const id = idOf(field.name, field.form);
  return html`<p class="field"><label for="${id}">${field.label}</label>
<select id="${id}" name="${field.name}"${field.required && html` required`}${field.hint && html` aria-describedby="${id}-hint"`}>${choices.map(
    ({ value, label }) =>
      html`<option value="${value}"${value === field.value && html` selected`}>${label}</option>`,
  )}</select>
${field.hint && html`<span class="hint" id="${id}-hint">${field.hint}</span>`}</p>
`;
}

/** Everything that is wrong, at the top, each with a way to its field. */
export function renderFaults(
  sentence: string | null,
  faults: readonly FieldFault[],
  language: Language,
): Html | null {
  if (sentence === null && faults.length === 0) return null;
  return html`<div class="errors" role="alert" tabindex="-1" id="errors"><p>${faults.length > 0 ? texts[language].wrong : sentence}</p>
${faults.length > 0 && html`<ul>${faults.map((fault) => html`<li><a href="#${idOf(nameOf(fault.pointer))}">${fault[language]}</a></li>`)}</ul>`}</div>
`;
}

/** What people entered, with nothing for what they left empty. */
export function entered(form: URLSearchParams, name: string): string | null {
  const text = form.get(name)?.trim() ?? '';
  return text === '' ? null : text;
}
