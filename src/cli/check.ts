import { readDirectoryShape, readSettings, SettingsError } from '../config.ts';
import { type Fault, printFault } from '../members/faults.ts';
import { readLibraryFiles } from '../members/files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `guanji check`: every setting and library file, every fault, nothing started. Exits 2 on any fault. */
export async function checkCommand(
  folders: readonly string[],
  environment: Environment,
): Promise<number> {
  const faults: Fault[] = [];
  let libraries = 0;
  let configured: string | null = null;
  try {
    const settings = await readSettings(environment);
    configured = settings.connectors;
    await readDirectoryShape(settings);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    faults.push(...error.faults);
  }
  const wanted = folders.length > 0 ? folders : configured === null ? [] : [configured];
  for (const folder of wanted) {
    const files = await readLibraryFiles(folder, environment);
    libraries += files.libraries.length;
    faults.push(...files.faults);
  }
  for (const fault of faults) process.stdout.write(`${printFault(fault)}\n`);
  const verdict = faults.length === 0 ? 'all right' : `${faults.length} faults`;
  process.stdout.write(`settings and ${libraries} library files checked: ${verdict}\n`);
  return faults.length === 0 ? 0 : 2;
}
