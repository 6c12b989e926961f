import { jsonText, parseJson, selectJson } from './json.ts';
import type { Page } from './selectors.ts';

/** A JSON answer. */
export function jsonPage(text: string): Page<unknown> {
  return {
    root: parseJson(text),
    places: selectJson,
    texts(within, select) {
      const { there, values } = selectJson(within, select);
      const texts = values.map(jsonText).filter((value) => value !== null);
      return { there, values: texts };
    },
    source: (place) => JSON.stringify(place),
  };
}
