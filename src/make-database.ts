import { openDatabase } from './store/database.ts';
import { migrate } from './store/migrations/index.ts';

/**
 * Makes the embedded database of a folder, in a process of its own: it keeps a processor busy for
 * seconds, and nothing else could go on meanwhile.
 */
const [, , folder = ''] = process.argv;
const database = await openDatabase({ folder });
await migrate(database);
await database.close();
