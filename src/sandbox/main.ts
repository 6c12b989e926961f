import { FaultError } from './faults.ts';
import { defaultLibraries, startSandbox } from './index.ts';

/**
 * The demonstration libraries as a process of their own: takes `{ faults, port }` as JSON, sends its
 * documents to the process that forked it, and ends with it.
 */
const options = JSON.parse(process.argv[2] ?? '{}') as {
  readonly faults?: Readonly<Record<string, string>>;
  readonly port?: number;
};

try {
  const sandbox = await startSandbox({
    ...(options.faults === undefined ? {} : { faults: options.faults }),
    ...(options.port === undefined ? {} : { firstPort: options.port }),
  });
  process.once('disconnect', () => {
    void sandbox.close().then(() => process.exit(0));
  });
  process.send?.({ documents: sandbox.documents, defaultLibraries });
} catch (error) {
  if (!(error instanceof FaultError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
