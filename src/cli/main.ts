import { Command, CommanderError } from 'commander';
import { QuerySyntaxError } from '../query/errors.ts';
import { SettingsError } from '../settings-error.ts';
import { RemoteError } from './answers.ts';
import { InputError } from './errors.ts';
import { addLibraries } from './libraries.ts';
import { endWithReader } from './output.ts';
import { safeText } from './terminal.ts';

const repeated = (value: string, before: readonly string[]) => [...before, value];

/**
 * Runs one command; resolves to the exit code: 0 done, 1 something failed, 2 bad input. Each command loads what it
 * needs when it is called: most of them need neither the gateway nor the database.
 */
async function run(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command('guanji')
    .description('Guanji (馆际): federated library search and interlibrary loan')
    .exitOverride()
    .showHelpAfterError();
  program
    .command('search <query>')
    .description('search the libraries at once: one line per library, then the merged list')
    .option('--libraries <ids>', 'library ids, separated by commas')
    .option('--index <name>', 'index for plain words', 'any')
    .option('--wait <ms>', 'deadline in milliseconds')
    .option('--json', "print the API's answer and nothing else")
    .option('--url <url>', 'ask a running gateway')
    .action(async (query, options) => {
      const { searchCommand } = await import('./search.ts');
      code = await searchCommand(query, options, process.env);
    });
  program
    .command('serve')
    .description('run the gateway')
    .action(async () => {
      const { serve } = await import('./serve.ts');
      code = await serve(process.env);
    });
  program
    .command('sandbox')
    .description('run the demonstration libraries alone and print their documents')
    .option('--port <n>', 'port of the first library; the others follow')
    .option('--fault <library=name>', 'inject a fault; repeatable', repeated, [])
    .action(async (options) => {
      const { sandboxCommand } = await import('./sandbox.ts');
      code = await sandboxCommand(options);
    });
  program
    .command('demo-people')
    .description('make a reader and two desks in a demonstration gateway, while it does not run')
    .action(async () => {
      const { demoPeopleCommand } = await import('./demo-people.ts');
      code = await demoPeopleCommand(process.env);
    });
  program
    .command('migrate')
    .description('bring the database to this version')
    .action(async () => {
      const { migrateCommand } = await import('./migrate.ts');
      code = await migrateCommand(process.env);
    });
  program
    .command('export <folder>')
    .description('write everything the database holds into an empty folder, a JSON object a line')
    .action(async (folder) => {
      const { exportCommand } = await import('./export.ts');
      code = await exportCommand(folder, process.env);
    });
  program
    .command('check [folders...]')
    .description('validate every setting and library file')
    .action(async (folders) => {
      const { checkCommand } = await import('./check.ts');
      code = await checkCommand(folders, process.env);
    });
  program
    .command('import <file>')
    .description("make drafts of another program's targets: Pazpar2, Metaproxy, Koha, dp2, ZeeRex")
    .option('--write <folder>', 'keep each draft as a file of this folder')
    .option('--json', 'print drafts and refusals and nothing else')
    .action(async (file, options) => {
      const { importCommand } = await import('./targets.ts');
      code = await importCommand(file, options);
    });
  program
    .command('targets [ids...]')
    .description('write libraries as settings of other programs')
    .requiredOption('--to <format>', 'pazpar2 or zeerex')
    .option('--out <folder>', 'files of this folder, in place of standard output')
    .action(async (ids, options) => {
      const { targetsCommand } = await import('./targets.ts');
      code = await targetsCommand(ids, options, process.env);
    });
  program
    .command('records <file>')
    .description('read records as a connector would and print them in another form')
    .requiredOption('--to <form>', 'json, jsonl, marcxml, iso2709, ris or bibtex')
    .option(
      '--from <format>',
      'iso2709, marcxml, oaimarc, alephseq, json, text or xml (DC, MODS); found out without it',
    )
    .option('--charset <name>', 'declared charset of the file', 'auto')
    .option('--dialect <name>', 'marc21, cnmarc or unimarc', 'auto')
    .action(async (file, options) => {
      const { recordsCommand } = await import('./records.ts');
      code = await recordsCommand(file, options);
    });
  program
    .command('probe <target>')
    .description('find out what a library can do: a file, an id, z3950://host:port/database, a URL')
    .option('--json', 'print the report and nothing else')
    .option('--write <file>', 'keep the proposed document')
    .option(
      '--per-minute <n>',
      'requests a minute at the library; what its document allows, else 300',
    )
    .action(async (target, options) => {
      const { probeCommand } = await import('./probe.ts');
      code = await probeCommand(target, options, process.env);
    });
  program
    .command('health [library]')
    .description('how the libraries of a running gateway do')
    .option('--url <url>', 'the gateway, http://127.0.0.1:8080 by default')
    .option('--json', "print the API's answer and nothing else")
    .action(async (library, options) => {
      const { healthCommand } = await import('./members.ts');
      code = await healthCommand(library, options, process.env);
    });
  program
    .command('maintenance <action> <library> [window]')
    .description('list, plan or withdraw windows in which a library is not asked (GUANJI_TOKEN)')
    .option('--url <url>', 'the gateway, http://127.0.0.1:8080 by default')
    .option('--from <time>', 'beginning, as 2026-03-01T20:00+08:00')
    .option('--to <time>', 'end')
    .option('--zh <text>', 'the reason in Chinese')
    .option('--en <text>', 'the reason in English')
    .option('--json', "print the API's answer and nothing else")
    .action(async (action, library, window, options) => {
      const { maintenanceCommand } = await import('./members.ts');
      code = await maintenanceCommand(action, library, window, options, process.env);
    });
  program
    .command('shadow <action> <library> [file]')
    .description('start, show or stop a candidate beside the document in use (GUANJI_TOKEN)')
    .option('--url <url>', 'the gateway, http://127.0.0.1:8080 by default')
    .option('--json', "print the API's answer and nothing else")
    .action(async (action, library, file, options) => {
      const { shadowCommand } = await import('./members.ts');
      code = await shadowCommand(action, library, file, options, process.env);
    });
  program
    .command('cql [query]')
    .description('parse a CQL query and print it in another notation')
    .requiredOption('--to <notation>', 'ast, xcql, cql, pqf or ccl')
    .option('--file <file>', 'a query a line, an answer a line')
    .option('--map <file>', 'YAZ-style properties file for PQF')
    .action(async (query, options) => {
      const { cqlCommand } = await import('./cql.ts');
      code = await cqlCommand(query, options);
    });
  program
    .command('match <file>')
    .description('say of each pair of MARC-in-JSON records whether it is one edition')
    .action(async (file) => {
      const { matchCommand } = await import('./match.ts');
      code = await matchCommand(file);
    });
  addLibraries(program, process.env, (ended) => {
    code = ended;
  });
  await program.parseAsync(argv, { from: 'user' });
  return code;
}

async function explain(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof QuerySyntaxError) {
    process.stderr.write(`guanji: at position ${error.position}: ${error.message}\n`);
    return 2;
  }
  if (error instanceof SettingsError) {
    const { printFault } = await import('../members/faults.ts');
    for (const fault of error.faults) process.stderr.write(`${printFault(fault)}\n`);
    return 2;
  }
  if (error instanceof InputError) {
    process.stderr.write(`guanji: ${error.message}\n`);
    return 2;
  }
  if (error instanceof RemoteError) {
    process.stderr.write(`guanji: ${safeText(error.message)}\n`);
    return error.status < 500 ? 2 : 1;
  }
  process.stderr.write(`guanji: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

endWithReader();
process.exitCode = await run(process.argv.slice(2)).catch(explain);
