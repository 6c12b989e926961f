import { cell, list, type Row, readTable } from '../tsv.ts';
import type { FactLanguage } from '../types.ts';
import type { Chance } from './random.ts';

/** A work before it is expanded into editions, volumes and copies in libraries. */
export interface Work {
  readonly language: FactLanguage;
  readonly title: string;
  readonly english: string;
  readonly subtitle: string;
  /** Foreign works name their people; for Chinese ones they are invented later. */
  readonly people: readonly string[];
  readonly editionStatement: string;
  readonly publisher: string;
  readonly place: string;
  readonly year: number;
  readonly extent: string;
  readonly clc: string;
  readonly ddc: string;
  readonly subjects: readonly string[];
  readonly group: string;
  /** What exists of the work; see `editions.ts`. */
  readonly shape: readonly string[];
}

const subtitles = ['理论与实践', '方法与应用', '问题与思考', '双语版', '从入门到精通'];

/** Every work of the source tables, in a fixed order. */
export function readWorks(chance: Chance): Work[] {
  return [
    ...readTable('source/chemical.tsv').map((row) => chemicalWork(row, chance)),
    ...readTable('source/topics.tsv').flatMap((row) => topicWorks(row, chance)),
    ...readTable('source/foreign.tsv').map(foreignWork),
  ];
}

function chemicalWork(row: Row, chance: Chance): Work {
  return {
    ...chineseWork(cell(row, 'title'), cell(row, 'english'), chance),
    clc: cell(row, 'clc'),
    ddc: cell(row, 'ddc'),
    subjects: list(cell(row, 'subjects'), ';'),
    group: 'chemical',
    shape: list(cell(row, 'shape'), ' '),
  };
}

/** The topic itself is a textbook title, and so is the topic with each of its endings. */
function topicWorks(row: Row, chance: Chance): Work[] {
  const term = cell(row, 'term');
  const english = cell(row, 'english');
  const endings = readTable('source/tails.tsv');
  const common = { clc: cell(row, 'clc'), ddc: cell(row, 'ddc'), group: cell(row, 'group') };
  const textbook: Work = {
    ...chineseWork(term, english, chance),
    ...common,
    subjects: [term],
    shape: chance.pick([
      ['2e', 'a'],
      ['3e', 'a'],
      ['2v', 'a'],
      ['2v', '2e'],
      ['2e', 'x'],
    ]),
  };
  const others = list(cell(row, 'editions'), ' ').map((tail): Work => {
    const ending = endings.find((candidate) => candidate.tail === tail);
    if (ending === undefined) throw new Error(`no ending ${tail}`);
    const heading = cell(ending, 'heading');
    return {
      ...chineseWork(term + tail, cell(ending, 'english').replace('%', inText(english)), chance),
      ...common,
      subjects: heading === '' ? [term] : [term, heading],
      shape: shapeByChance(tail, chance),
    };
  });
  return [textbook, ...others];
}

/** An English term as it stands inside a title: lower case unless it begins with a name. */
function inText(english: string): string {
  const begins = english.replace(/^An? /, '');
  return /^(Chinese|Classical)/.test(begins)
    ? begins
    : begins.charAt(0).toLowerCase() + begins.slice(1);
}

function shapeByChance(tail: string, chance: Chance): string[] {
  if (tail === '曲选') return ['s'];
  const shape = [chance.pick(['1', '1', '1', '1', '1', '2e', '2e', '2e', '3e', '2v'])];
  if (chance.happens(0.12)) shape.push('a');
  if (chance.happens(0.08)) shape.push('x');
  if (chance.happens(0.06)) shape.push('r');
  if (chance.happens(0.08)) shape.push(chance.happens(0.7) ? 'h' : 'H');
  return shape;
}

type ChineseWork = Omit<Work, 'clc' | 'ddc' | 'subjects' | 'group' | 'shape'>;

function chineseWork(title: string, english: string, chance: Chance): ChineseWork {
  return {
    language: 'chi',
    title,
    english,
    subtitle: chance.happens(0.1) ? chance.pick(subtitles) : '',
    people: [],
    editionStatement: '',
    publisher: '',
    place: '',
    year: 0,
    extent: '',
  };
}

function foreignWork(row: Row): Work {
  return {
    language: cell(row, 'language') as FactLanguage,
    title: cell(row, 'title'),
    english: '',
    subtitle: cell(row, 'subtitle'),
    people: list(cell(row, 'people'), ';'),
    editionStatement: cell(row, 'edition'),
    publisher: cell(row, 'publisher'),
    place: cell(row, 'place'),
    year: Number(cell(row, 'year')),
    extent: cell(row, 'extent'),
    clc: cell(row, 'clc'),
    ddc: cell(row, 'ddc'),
    subjects: list(cell(row, 'subjects'), ';'),
    group: cell(row, 'group'),
    shape: list(cell(row, 'shape'), ' '),
  };
}
