import type { DirectoryShape, Settings } from '../config.ts';
import type { Checked } from '../members/check.ts';
import type { Directory } from '../members/directory.ts';
import type { Health } from '../members/health/index.ts';
import type { ApprovedAddress } from '../members/registration/addresses.ts';
import type { Registration } from '../members/registration/index.ts';
import type { SelectionRules } from '../members/selection.ts';
import type { ProbeReport, ProbeTarget } from '../probe/index.ts';
import type { SearchEngine } from '../search/types.ts';
import type { LoanServices } from './api/loans/services.ts';
import type { Metrics } from './metrics.ts';

/** Where a probe may go, and in whose name. */
export interface ProbeBounds {
  /** The only addresses it may connect to; any that the egress allows by default. */
  readonly addresses?: readonly ApprovedAddress[];
  /** The library whose stored account it signs in with; without one by default. */
  readonly library?: string;
}

/** What the routes are given; made once in app.ts. */
export interface WebContext {
  readonly settings: Settings;
  readonly shape: DirectoryShape;
  readonly directory: Directory;
  /** What member libraries register; absent where the gateway has none of it. */
  readonly registration?: Registration;
  readonly selection: SelectionRules;
  readonly engine: SearchEngine;
  readonly metrics: Metrics;
  /** Checks a library document that came through the API. */
  readonly check: (value: unknown) => Checked;
  /** Whether a bearer token is the federation administrator's. */
  readonly isAdministrator: (token: string) => boolean;
  readonly isReady: () => boolean;
  /** Finds out what a library can do; absent where nothing may be connected to. */
  readonly probe?: (
    target: ProbeTarget,
    signal: AbortSignal,
    bounds: ProbeBounds,
  ) => Promise<ProbeReport>;
  /** How members do and what is planned at them; absent where nothing is kept of it. */
  readonly health?: Health;
  /** Interlibrary loan; absent where the gateway only searches. */
  readonly loans?: LoanServices | null;
}
