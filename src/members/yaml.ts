import { isNode, LineCounter, parseDocument } from 'yaml';
import { type Fault, pointerPath } from './faults.ts';

export interface YamlSource {
  readonly value: unknown;
  /** Line (from 1) of the value at a pointer, or of the nearest parent that is there. */
  lineOf(pointer: string): number | null;
}

/** Reads YAML 1.2; duplicate keys, unknown tags and alias floods are faults with their line. */
export function readYaml(text: string, file: string): YamlSource | { faults: Fault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      faults: document.errors.map((error) => ({
        file,
        line: lines.linePos(error.pos[0]).line,
        pointer: '',
        message: error.message,
      })),
    };
  }
  const lineOf = (pointer: string): number | null => {
    for (let path = pointerPath(pointer); ; path = path.slice(0, -1)) {
      const node = document.getIn(
        path.map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part)),
        true,
      );
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
      if (path.length === 0) return null;
    }
  };
  try {
    return { value: document.toJS({ maxAliasCount: 50 }), lineOf };
  } catch (error) {
    return { faults: [{ file, line: null, pointer: '', message: (error as Error).message }] };
  }
}
