import { Transform, type TransformCallback } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/**
 * Prints one line per test file, the whole block of a failing one, and closes with
 * `N passed, N failed[, N skipped]`, read from tap's own totals comment.
 */
export default class Reporter extends Transform {
  #utf8 = new StringDecoder();
  #rest = '';
  #block: string[] = [];
  #totals = '';

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const lines = (this.#rest + this.#utf8.write(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#rest) this.#line(this.#rest);
    if (this.#block.length > 0) this.push(`${this.#block.join('\n')}\n`);
    const count = (key: string) =>
      Number(new RegExp(`\\b${key}: (\\d+)`).exec(this.#totals)?.[1] ?? 0);
    if (this.#totals) {
      const skipped = count('skip') + count('todo');
      const tail = skipped > 0 ? `, ${skipped} skipped` : '';
      this.push(`\n${count('pass')} passed, ${count('fail')} failed${tail}\n`);
    }
    done();
  }

  #line(line: string): void {
    if (line.startsWith('# { total:')) this.#totals = line;
    else if (line.startsWith('ok ')) {
      for (const kept of this.#block) if (/# SKIP/.test(kept)) this.push(`${kept.trim()}\n`);
      this.push(`${line}\n`);
      this.#block = [];
    } else if (!/^(TAP version|1\.\.|# time=|# No coverage|\s*$)/.test(line)) {
      this.#block.push(line);
    }
  }
}
