import { type Json, person } from './client.ts';
import { check, type Story } from './steps.ts';

export interface Hit {
  readonly record: string;
  readonly title: string;
  readonly line: Json;
  /** Its holdings, one for each library, in the order of the line. */
  readonly holdings: readonly { readonly library: string; readonly localId: string }[];
}

/** Lines with a number, held by two libraries or more, none of them the reader's own. */
export async function searchHits(story: Story, home: string): Promise<readonly Hit[]> {
  return await story.step('a search finds books that other libraries hold', async () => {
    const visitor = person(story.world.address, 'visitor');
    const q = encodeURIComponent('化学工程');
    const { body } = await visitor.ask('GET', `/search?q=${q}&size=100`);
    const hits = body.records.flatMap((line: Json): Hit[] => {
      const libraries = new Set(line.holdings.map((one: Json) => one.library));
      const lendable = line.holdings.every((one: Json) => one.lendable !== false);
      if (libraries.has(home) || libraries.size < 2 || !lendable || line.isbn.length === 0)
        return [];
      const holdings = [...libraries].map((library) => {
        const { localId } = line.holdings.find((one: Json) => one.library === library);
        return { library: library as string, localId };
      });
      return [{ record: line.id, title: line.title, line, holdings }];
    });
    check(hits.length >= 4, `four lines to ask for, not ${hits.length}`);
    return hits;
  });
}
