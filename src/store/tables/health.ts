import type { Generated } from 'kysely';
import type { Json, JsonColumn, NullableJsonColumn } from '../values.ts';

export interface LibraryTalliesTable {
  library: string;
  /** Whether readers' searches were counted or the gateway's own checks. */
  source: 'search' | 'check';
  span: 'hour' | 'day';
  /** Beginning of the hour or day, UTC. */
  since: Date;
  tally: JsonColumn<Json>;
}

export interface LibraryHealthTable {
  library: string;
  state: 'unknown' | 'well' | 'degraded' | 'failing';
  cause: string | null;
  since: Date | null;
  last_good_at: Date | null;
  last_checked_at: Date | null;
  /** When somebody last searched it: a library that nobody asks is not checked either. */
  last_asked_at: Date | null;
  /** Searches that failed since the last one that did not. */
  failed_searches: Generated<number>;
  /** Checks that failed since the last one that did not. */
  failed_checks: Generated<number>;
  /** The incident that is open, or null. */
  incident: number | null;
  /** Records that the library is known to have, to ask it for. */
  known_items: JsonColumn<Json>;
}

export interface LibraryIncidentsTable {
  id: Generated<number>;
  library: string;
  began_at: Date;
  ended_at: Date | null;
  cause: string;
  last_good_at: Date | null;
  /** When the library's desk was written to, or null. */
  told_at: Date | null;
}

export interface LibraryMaintenanceTable {
  id: Generated<number>;
  library: string;
  from_at: Date;
  to_at: Date;
  reason: JsonColumn<{ readonly zh?: string; readonly en?: string }>;
  made_at: Date;
  made_by: string;
  withdrawn_at: Date | null;
}

export interface LibraryShadowsTable {
  library: string;
  /** The candidate as its owner wrote it. */
  document: JsonColumn<Json>;
  started_at: Date;
  started_by: string;
  /** Set anew with each candidate, so that counts of an older one are not added to it. */
  run: string;
  report: NullableJsonColumn<Json>;
}

export interface HealthTables {
  library_tallies: LibraryTalliesTable;
  library_health: LibraryHealthTable;
  library_incidents: LibraryIncidentsTable;
  library_maintenance: LibraryMaintenanceTable;
  library_shadows: LibraryShadowsTable;
}
