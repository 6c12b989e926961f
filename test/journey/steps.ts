import type { Person } from './client.ts';
import { person } from './client.ts';
import type { World } from './world.ts';

/** Counts and prints the steps of a journey; the first that fails ends its story. */
export interface Story {
  readonly world: World;
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** What one story leaves for the next. */
  readonly cast: Cast;
}

export interface Cast {
  administrator: Person;
  readonly desks: Map<string, Person>;
  reader: Person | null;
  readerId: string;
}

export interface Tally {
  passed: number;
  failed: number;
}

export function storyOf(world: World, tally: Tally, say: (line: string) => void): Story {
  return {
    world,
    cast: {
      administrator: person(world.address, 'administrator', world.adminToken),
      desks: new Map(),
      reader: null,
      readerId: '',
    },
    async step(name, work) {
      try {
        const result = await work();
        tally.passed++;
        say(`ok ${tally.passed + tally.failed} - ${name}`);
        return result;
      } catch (error) {
        tally.failed++;
        say(`not ok ${tally.passed + tally.failed} - ${name}`);
        throw error;
      }
    },
  };
}

export function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`expected ${what}`);
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${what} to be ${b}, not ${a}`);
}

export function deskOf(story: Story, library: string): Person {
  const desk = story.cast.desks.get(library);
  if (desk === undefined) throw new Error(`nobody works at ${library}`);
  return desk;
}

export function readerOf({ cast }: Story): Person {
  if (cast.reader === null) throw new Error('no reader is signed in');
  return cast.reader;
}

/** Takes an action on the version that is there now, as a page that was just loaded would. */
export async function act(
  who: Person,
  number: string,
  action: string,
  input: Readonly<Record<string, unknown>> = {},
  expect = 200,
) {
  const { body: before } = await who.ask('GET', `/requests/${number}`);
  const path = `/requests/${number}/actions/${action}`;
  return await who.ask('POST', path, { body: input, version: before.version, expect });
}

export async function stateOf(who: Person, number: string): Promise<string> {
  return (await who.ask('GET', `/requests/${number}`)).body.state;
}
