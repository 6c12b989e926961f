import { stringify } from 'yaml';
import { startDemonstration } from './demonstration.ts';
import { InputError } from './errors.ts';

export interface SandboxOptions {
  readonly port?: string;
  readonly fault?: readonly string[];
}

/** `guanji sandbox`: the demonstration libraries alone; prints their documents and runs until stopped. */
export async function sandboxCommand(options: SandboxOptions): Promise<number> {
  if (options.port !== undefined && !/^[0-9]{1,5}$/.test(options.port)) {
    throw new InputError('--port must be a port number');
  }
  const faults: Record<string, string> = {};
  for (const pair of options.fault ?? []) {
    const [library, fault] = pair.split('=', 2);
    if (!library || !fault) throw new InputError('--fault must be library=name');
    faults[library] = fault;
  }
  const demonstration = await startDemonstration({
    faults,
    ...(options.port === undefined ? {} : { port: Number(options.port) }),
  });
  for (const document of demonstration.documents) {
    process.stdout.write(`---\n${stringify(document)}`);
  }
  process.stderr.write(`${demonstration.documents.length} libraries listen; stop with Ctrl+C\n`);
  const keepAlive = setInterval(() => {}, 1 << 30);
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  clearInterval(keepAlive);
  await demonstration.close();
  return 0;
}
