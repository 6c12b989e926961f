import { Transform, type TransformCallback } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

// Tap has every process note each module it loads, for coverage and for `--changed`; of a gateway's start that is a
// quarter. Neither is used with this reporter, and here is the one place that runs in tap before it starts a file.
process.env._TAPJS_PROCESSINFO_EXCLUDE_ = '/./';

/**
 * Prints one line per test file, the whole block of a failing one and the reason of every skip, and
 * closes with `N passed, N failed[, N skipped]`, read from tap's own totals comment.
 */
export default class Reporter extends Transform {
  #utf8 = new StringDecoder();
  #rest = '';
  /** What a file printed so far; nested results come before the line of the file itself. */
  #block: string[] = [];
  #failing = false;
  #totals = '';

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const lines = (this.#rest + this.#utf8.write(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#rest) this.#line(this.#rest);
    this.#endBlock();
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
    if (line.startsWith('# { total:')) {
      this.#totals = line;
    } else if (line.startsWith('ok ')) {
      this.#endBlock();
      this.push(`${line}\n`);
    } else if (line.startsWith('not ok ')) {
      this.#failing = true;
      this.#block.push(line);
    } else if (line.startsWith('# Subtest')) {
      this.#endBlock();
      this.#block.push(line);
    } else if (!/^(TAP version|1\.\.|# time=|# No coverage|\s*$)/.test(line)) {
      this.#block.push(line);
    }
  }

  /** A failing file is shown whole; of a passing one only what was skipped and why. */
  #endBlock(): void {
    const shown = this.#failing
      ? this.#block
      : this.#block.filter((line) => /# SKIP/.test(line)).map((line) => line.trim());
    if (shown.length > 0) this.push(`${shown.join('\n')}\n`);
    this.#block = [];
    this.#failing = false;
  }
}
