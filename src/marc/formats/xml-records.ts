import type { ControlField, DataField, Field, MarcRecord, Subfield } from '../types.ts';
import type { XmlHandler } from '../xml/reader.ts';
import { LEADER_LENGTH } from './directory.ts';

/** A record out of an XML document, with what was repaired in it. */
export interface XmlRecord {
  readonly marc: MarcRecord;
  readonly warnings: readonly string[];
}

/** What a format calls the parts of a record. */
export interface Vocabulary {
  readonly record: string;
  readonly leader: string | null;
  readonly controlField: string;
  readonly dataField: string;
  readonly subfield: string;
  readonly tag: string;
  readonly ind1: string;
  readonly ind2: string;
  readonly code: string;
  /** How the value of a control field (or of the leader, tag LDR) is read. */
  readonly fixed?: (tag: string, value: string) => string;
}

type Place = 'outside' | 'record' | 'leader' | 'control' | 'data' | 'subfield';

/** Characters of a lost text that a warning quotes. */
const QUOTED_LENGTH = 60;

/**
 * Records in XML, wherever they stand in a document: each is handed over when its element ends. Elements
 * of other names are passed over outside a record and reported inside. Nothing is trimmed.
 */
export class FieldedXmlHandler implements XmlHandler {
  readonly #vocabulary: Vocabulary;
  readonly #onRecord: (record: XmlRecord) => void;
  #place: Place = 'outside';
  /** Elements of other names that are open inside the current one. */
  #foreign = 0;
  #text = '';
  #leader: string | null = null;
  #fields: Field[] = [];
  #warnings: string[] = [];
  #tag = '';
  #ind1 = ' ';
  #ind2 = ' ';
  #code = '';
  #subfields: Subfield[] = [];

  constructor(vocabulary: Vocabulary, onRecord: (record: XmlRecord) => void) {
    this.#vocabulary = vocabulary;
    this.#onRecord = onRecord;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    const words = this.#vocabulary;
    if (this.#place === 'outside' || (name === words.record && this.#isWrapping())) {
      if (name === words.record) this.#startRecord();
    } else if (this.#place === 'record') {
      this.#text = '';
      if (name === words.dataField) this.#startField('data', attributes);
      else if (name === words.controlField) this.#startField('control', attributes);
      else if (name === words.leader) this.#place = 'leader';
      else this.#passOver(name);
    } else if (this.#place === 'data') {
      this.#keepStray();
      this.#place = 'subfield';
      const code = attributes[words.code];
      if (name !== words.subfield) this.#warn(`Field ${this.#tag} has an element "${name}".`);
      else if (code === undefined || code === '') {
        this.#warn(`Field ${this.#tag} has a subfield without a code; its text was kept as $a.`);
      }
      this.#code = code || 'a';
    } else this.#passOver(name);
  }

  text(text: string): void {
    if (this.#place !== 'outside') this.#text += text;
  }

  close(): void {
    if (this.#foreign > 0) {
      this.#foreign -= 1;
      if (this.#foreign === 0 && this.#place === 'record') this.#text = '';
      return;
    }
    switch (this.#place) {
      case 'subfield':
        this.#subfields.push({ code: this.#code, value: this.#text.normalize('NFC') });
        this.#place = 'data';
        break;
      case 'data':
        this.#keepStray();
        this.#endField({
          tag: this.#tag,
          ind1: this.#ind1,
          ind2: this.#ind2,
          subfields: this.#subfields,
        });
        break;
      case 'control':
        this.#endControlField();
        break;
      case 'leader':
        this.#leader = this.#text;
        this.#place = 'record';
        break;
      case 'record':
        this.#endRecord();
        break;
      default:
        return;
    }
    this.#text = '';
  }

  /** SRU and OAI wrap a record in an element of the same name, which has nothing of its own. */
  #isWrapping(): boolean {
    return this.#place === 'record' && this.#leader === null && this.#fields.length === 0;
  }

  #startRecord(): void {
    this.#place = 'record';
    this.#foreign = 0;
    this.#text = '';
    this.#leader = null;
    this.#fields = [];
    this.#warnings = [];
  }

  #startField(place: 'data' | 'control', attributes: Readonly<Record<string, string>>): void {
    const words = this.#vocabulary;
    this.#place = place;
    this.#tag = this.#readTag(attributes[words.tag] ?? '');
    this.#subfields = [];
    if (place === 'control') return;
    this.#ind1 = this.#readIndicator(attributes[words.ind1]);
    this.#ind2 = this.#readIndicator(attributes[words.ind2]);
  }

  #readTag(written: string): string {
    if (!/^[0-9]{1,2}$/.test(written)) return written;
    const tag = written.padStart(3, '0');
    this.#warn(`The tag "${written}" was read as ${tag}.`);
    return tag;
  }

  #readIndicator(written: string | undefined): string {
    if (written === undefined || written === '') return ' ';
    const [first = ' '] = written;
    if (first !== written) this.#warn(`Field ${this.#tag} has the indicator "${written}".`);
    return first;
  }

  #passOver(name: string): void {
    if (this.#foreign === 0 && this.#place === 'record') {
      this.#warn(`The record has an element "${name}", which is no part of one.`);
    }
    this.#foreign += 1;
  }

  /** Text between the subfields of a field: blanks are layout, anything else is kept. */
  #keepStray(): void {
    if (this.#text.trim() !== '') {
      this.#warn(`Field ${this.#tag} has text outside its subfields; it was kept as $a.`);
      this.#subfields.push({ code: 'a', value: this.#text.trim().normalize('NFC') });
    }
    this.#text = '';
  }

  #endControlField(): void {
    const value = this.#vocabulary.fixed?.(this.#tag, this.#text) ?? this.#text;
    if (this.#tag === 'LDR' && this.#vocabulary.leader === null) {
      this.#leader = value;
      this.#place = 'record';
    } else this.#endField({ tag: this.#tag, value: value.normalize('NFC') });
  }

  #endField(field: ControlField | DataField): void {
    this.#place = 'record';
    if (field.tag !== '') {
      this.#fields.push(field);
      return;
    }
    const text =
      'value' in field ? field.value : field.subfields.map(({ value }) => value).join(' ');
    this.#warn(`A field without a tag was left out ("${text.slice(0, QUOTED_LENGTH)}").`);
  }

  #endRecord(): void {
    const wrapped = this.#isWrapping() && this.#warnings.length > 0;
    this.#place = 'outside';
    // Elements, but none of a record: a record of another kind.
    if (wrapped) return;
    const leader = this.#readLeader();
    this.#onRecord({ marc: { leader, fields: this.#fields }, warnings: this.#warnings });
  }

  #readLeader(): string {
    if (this.#leader === null) {
      this.#warn('The record has no leader.');
      return ' '.repeat(LEADER_LENGTH);
    }
    const written = this.#leader;
    if (written.length === LEADER_LENGTH) return written;
    const content = written.trim().length === LEADER_LENGTH ? written.trim() : written;
    if (content.length !== LEADER_LENGTH) {
      this.#warn(`The leader has ${content.length} characters instead of 24.`);
    }
    return content.slice(0, LEADER_LENGTH).padEnd(LEADER_LENGTH);
  }

  #warn(warning: string): void {
    this.#warnings.push(warning);
  }
}
