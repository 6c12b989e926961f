import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openDatabase } from '../../../src/store/database.ts';
import { migrate } from '../../../src/store/migrations/index.ts';
import type { DatabasePlace } from '../../support/database.ts';
import { type KillReport, killWriters } from '../../support/kills.ts';

/*
 * Many kills, in batches with a fresh database each: node test/store/heavy/kills.ts [kills] [url]
 * Without an address the embedded engine is killed. Exits 1 if anything was lost or torn.
 */
const [wanted = '300', url = ''] = process.argv.slice(2);
const batch = 50;
const totals = { kills: 0, acknowledged: 0, lost: 0, torn: 0, trailFaults: 0 };
const started = performance.now();

while (totals.kills < Number(wanted)) {
  const kills = Math.min(batch, Number(wanted) - totals.kills);
  const report: KillReport = await (url === '' ? onEmbedded(kills) : onServer(kills));
  totals.kills += report.kills;
  totals.acknowledged += report.acknowledged;
  totals.lost += report.lost.length;
  totals.torn += report.torn.length;
  totals.trailFaults += report.trailFaults;
}
const seconds = Math.round((performance.now() - started) / 1000);
const engine = url === '' ? 'embedded' : 'postgresql';
process.stdout.write(
  `${engine}: ${totals.kills} kills, ${totals.acknowledged} acknowledged, ${totals.lost} lost, ` +
    `${totals.torn} torn, ${totals.trailFaults} broken trails, ${seconds} s\n`,
);
process.exitCode = totals.lost + totals.torn + totals.trailFaults === 0 ? 0 : 1;

async function prepared(place: DatabasePlace): Promise<DatabasePlace> {
  const database = await openDatabase({
    folder: place.folder,
    ...(place.url && { url: place.url }),
  });
  await migrate(database);
  await database.close();
  return place;
}

async function onEmbedded(kills: number): Promise<KillReport> {
  const folder = await mkdtemp(join(tmpdir(), 'guanji-kills-'));
  try {
    return await killWriters(await prepared({ engine: 'embedded', folder }), kills);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function onServer(kills: number): Promise<KillReport> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const name = `guanji_kills_${process.pid}`;
  await client.query(`create database ${name}`);
  try {
    const address = new URL(url);
    address.pathname = name;
    const place = { engine: 'postgresql' as const, folder: tmpdir(), url: address.href };
    return await killWriters(await prepared(place), kills);
  } finally {
    await client.query(`drop database ${name} with (force)`);
    await client.end();
  }
}
