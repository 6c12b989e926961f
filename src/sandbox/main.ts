import { defaultLibraries, startSandbox } from './index.ts';

/**
 * The demonstration libraries as a process of their own. The parent sends its wishes as the first
 * argument, gets the documents as the first message, and ends this process by closing the channel.
 */
const wishes = JSON.parse(process.argv[2] ?? '{}') as {
  faults?: Record<string, string>;
  port?: number;
};

const sandbox = await startSandbox({
  ...(wishes.faults === undefined ? {} : { faults: wishes.faults }),
  ...(wishes.port === undefined ? {} : { firstPort: wishes.port }),
});

async function end(): Promise<void> {
  await sandbox.close();
  process.exit(0);
}

// A terminal's Ctrl+C reaches the whole group; the parent decides when its libraries go.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => void end());
process.on('disconnect', () => void end());
process.send?.({ documents: sandbox.documents, defaultLibraries });
