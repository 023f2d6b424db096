// What a run is asked to do.
import type { LoadApi } from './api.ts';
import type { Compression, Encoding } from './logs/encoding.ts';
import type { Step } from './pace/schedule.ts';
import type { StepReport } from './report/report.ts';
import type { VerifyProgress } from './verify/verify.ts';

/** How the run reaches the system: by keys of its own, or by a public key alone. */
export type Access =
  | {
      readonly kind: 'own';
      /** Calls with the caller's secret key, and with another one. */
      readonly api: LoadApi;
      readonly apiOf: (secretKey: string) => LoadApi;
      readonly apiUrl: URL;
      readonly projectId: string | undefined;
      readonly keys: number;
    }
  | { readonly kind: 'given'; readonly publicKey: string };

export interface LoadOptions {
  /** Of the intake; requests go to v1/logs below it. */
  readonly intakeUrl: URL;
  readonly access: Access;
  /** Open loop; null: closed loop, as fast as answers come. */
  readonly steps: readonly Step[] | null;
  readonly forMs: number;
  /** Ends after so many logs; undefined: after `forMs` alone. */
  readonly logsMax?: number | undefined;
  readonly warmUpMs: number;
  readonly batch: number;
  readonly logBytes?: number | undefined;
  readonly encoding: Encoding;
  readonly compression: Compression;
  readonly connections: number;
  readonly seed: number;
  readonly idempotency: boolean;
  /** Probes of freshness a second; 0: none. */
  readonly probesPerSecond: number;
  /** How long the services are watched after the load, for what is left to do. */
  readonly settleMs: number;
  /** Read back what is stored; what is missing may come for so long. null: do not. */
  readonly verifyForMs: number | null;
  /** Where the services' process table is looked for, and processes named by the caller. */
  readonly dataDir: string;
  readonly namedProcesses: ReadonlyMap<string, number>;
  readonly userAgent: string;
}

/** The run as it is now, for a line on a terminal. */
export interface Progress {
  readonly seconds: number;
  readonly forSeconds: number;
  readonly logs: number;
  readonly logsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
}

export interface Surroundings {
  /** Ends the load; its report is still made, and what was asked to be verified is verified. */
  readonly stop: AbortSignal;
  /** Ends everything that follows the load too. */
  readonly stopAll: AbortSignal;
  /** Asks the intake once with a key of the run. Throws where it refuses, or is none: the load would be refusals alone. */
  readonly expectAccepted: (publicKey: string) => Promise<void>;
  readonly onProgress: (progress: Progress) => void;
  /** A step of a ramp that is over. */
  readonly onStep: (step: StepReport) => void;
  /** What goes on before and after the load. */
  readonly onPhase: (what: string) => void;
  /** All else is measured, and what is stored is read back: how far that is. */
  readonly onVerifying: (progress: VerifyProgress) => void;
  /** What went wrong and does not end the run: the report is worth more than its tidying up. */
  readonly onTrouble: (message: string) => void;
}
