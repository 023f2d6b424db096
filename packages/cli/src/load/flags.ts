// The flags of `sazabi load`, and what they ask of a run.
import {
  BATCH_LOGS_MAX,
  BODY_BYTES_MAX,
  BODY_INFLATED_BYTES_MAX,
  COMPRESSIONS,
  CONNECTIONS_MAX,
  CONNECTIONS_OF_OPEN_LOOP,
  type Compression,
  createSchedule,
  ENCODINGS,
  type Encoding,
  KEYS_MAX,
  LOG_BYTES_MAX,
  LOG_BYTES_MIN,
  type LoadOptions,
  mibText,
  OPEN_LOOP_BYTES_MAX,
  RATE_LOGS_MAX,
  rampSteps,
  STEPS_MAX,
  type Step,
  VERIFY_DEADLINE_MS,
} from '@sazabi/load';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { usageError } from '../cli-error.ts';
import { duration, percent, wholeNumber } from '../input.ts';

/** Durations of a load, as they are said. */
const USUAL = '30s, 5m or 2h';
const DURATION_MS_DEFAULT = 30_000;
/** A run that ends after so many logs need not end sooner. */
const DURATION_MS_OF_COUNTED = 3_600_000;
const WARM_UP_MS_DEFAULT = 2_000;
const SETTLE_MS_DEFAULT = 5_000;
const BATCH_DEFAULT = 100;
const CONNECTIONS_DEFAULT = 32;
const STEPS_DEFAULT = 10;
const PROBES_DEFAULT = 1;
const PROBES_MAX = 20;
/** A load that finds the most a system takes is refused some of its requests by it; one that is refused most of them measured refusals. */
const ERRORS_PERCENT_DEFAULT = 50;
const BODIES_DEFAULT = 64;
const BODIES_MAX = 10_000;
const LOGS_MAX = 10_000_000_000;
const SEED_MAX = 2 ** 31 - 1;
const PID_MAX = 2 ** 22;
/** A log as the generator makes it, for what is told of sizes that cannot be. */
const LOG_BYTES_DEFAULT = 300;

export interface LoadFlags {
  readonly rate?: number;
  readonly ramp?: readonly [from: number, to: number];
  readonly steps?: number;
  readonly duration?: number;
  readonly logs?: number;
  readonly warmUp?: number;
  readonly batch?: number;
  readonly logSize?: number;
  readonly encoding?: Encoding;
  readonly compression?: Compression;
  readonly gzip?: true;
  readonly connections?: number;
  readonly keys?: number;
  readonly project?: string;
  readonly idempotency?: true;
  readonly seed?: number;
  readonly probes?: number;
  readonly settle?: number;
  readonly process?: readonly (readonly [string, number])[];
  readonly verify?: true;
  readonly verifyFor?: number;
  readonly maxErrors?: number;
  readonly html?: string;
  readonly writeBodies?: string;
  readonly bodies?: number;
  readonly yes?: true;
  readonly json?: true;
}

export function addLoadFlags(command: Command): Command {
  return command
    .option(
      '--rate <logs/s>',
      'open loop: so many logs a second, whatever the answers do (default: closed loop, as fast as they come)',
      wholeNumber(1, RATE_LOGS_MAX),
    )
    .option('--ramp <from..to>', 'open loop at rates from one to the other, a line for each step', parseRamp)
    .option('--steps <n>', `of a ramp (default: ${STEPS_DEFAULT})`, wholeNumber(1, STEPS_MAX))
    .option('--duration <duration>', 'of the load, all steps together (default: 30s)', duration(USUAL, '1s', '24h'))
    .option(
      '--logs <n>',
      'end after so many logs, those of the warm-up not counted (then the default duration is 1h)',
      wholeNumber(1, LOGS_MAX),
    )
    .option('--warm-up <duration>', 'before it, not measured (default: 2s; 0s: none)', duration(USUAL, '0s', '24h'))
    .option('--batch <n>', `logs a request (default: ${BATCH_DEFAULT})`, wholeNumber(1, BATCH_LOGS_MAX))
    .option(
      '--log-size <bytes>',
      `of a log as JSON, by longer or shorter messages, to ${LOG_BYTES_MAX}, the most that the intake takes (default: as they come, about 290)`,
      wholeNumber(LOG_BYTES_MIN, LOG_BYTES_MAX),
    )
    .addOption(new Option('--encoding <encoding>', 'default: json, an array').choices(ENCODINGS))
    .addOption(
      new Option('--compression <name>', 'of bodies, at this command’s own cost (default: none)').choices(COMPRESSIONS),
    )
    .option('--gzip', 'the same as --compression gzip')
    .option(
      '--connections <n>',
      `most requests under way (default: ${CONNECTIONS_DEFAULT}; in an open loop ${CONNECTIONS_OF_OPEN_LOOP}, fewer of large bodies)`,
      wholeNumber(1, CONNECTIONS_MAX),
    )
    .option('--keys <n>', 'public keys that requests take turns with (default: 1)', wholeNumber(1, KEYS_MAX))
    .option('--project <project>', 'where logs go, name or id (default: "Load test", made where it is missing)')
    .option('--idempotency', 'an Idempotency-Key on every request')
    .option('--seed <n>', 'the same seed gives the same logs (default: 1)', wholeNumber(0, SEED_MAX))
    .option(
      '--probes <n>',
      `logs asked for each second (default: ${PROBES_DEFAULT}; 0: none)`,
      wholeNumber(0, PROBES_MAX),
    )
    .option(
      '--settle <duration>',
      'how long services of this machine are watched after it (default: 5s)',
      duration(USUAL, '0s', '24h'),
    )
    .option('--process <name=pid>', 'one more process to watch, of this machine (again for more)', collectProcess)
    .option('--verify', 'read back afterwards that every acknowledged log is stored once; else exit code 1')
    .option(
      '--verify-for <duration>',
      'how long what is missing may still come (default: 120s)',
      duration(USUAL, '0s', '24h'),
    )
    .option(
      '--max-errors <percent>',
      `exit code 1 where more of the requests were refused or failed (default: ${ERRORS_PERCENT_DEFAULT})`,
      percent,
    )
    .option('--html <file>', 'write the report with charts into a new file, which needs nothing else')
    .option('--write-bodies <folder>', 'load nothing: write bodies into files 0, 1, 2, …, for other tools')
    .option('--bodies <n>', `how many (default: ${BODIES_DEFAULT})`, wholeNumber(1, BODIES_MAX))
    .option('--yes', 'load an address that is not loopback without asking')
    .option('--json', 'the whole report, for programs');
}

/** All that flags say of the load itself. */
export type Workload = Omit<LoadOptions, 'intakeUrl' | 'access' | 'dataDir' | 'userAgent'>;

/** @throws CliError (usage) where flags do not go together */
export function workloadOf(flags: LoadFlags): Workload {
  const { rate, ramp, logs, batch = BATCH_DEFAULT, logSize, settle = SETTLE_MS_DEFAULT } = flags;
  if (rate !== undefined && ramp !== undefined) throw usageError('--rate and --ramp are two loads: say one of them.');
  if (flags.steps !== undefined && ramp === undefined) throw usageError('--steps are those of a --ramp.');
  if (flags.verifyFor !== undefined && !flags.verify) throw usageError('--verify-for is that of --verify.');
  if (flags.bodies !== undefined && flags.writeBodies === undefined)
    throw usageError('--bodies are those of --write-bodies.');
  if (flags.writeBodies !== undefined) refuseFlagsOfLoads(flags);
  if (flags.gzip && (flags.compression ?? 'gzip') !== 'gzip') throw usageError('--gzip is --compression gzip.');
  const forMs = flags.duration ?? (logs === undefined ? DURATION_MS_DEFAULT : DURATION_MS_OF_COUNTED);
  const compression = flags.compression ?? (flags.gzip ? 'gzip' : 'none');
  const bytesMax = compression === 'none' ? BODY_BYTES_MAX : BODY_INFLATED_BYTES_MAX;
  const bodyBytes = batch * (logSize ?? LOG_BYTES_DEFAULT);
  if (bodyBytes > bytesMax)
    throw usageError(`--batch ${batch} makes bodies of more than the ${mibText(bytesMax)} that the intake takes.`);
  const steps = stepsOf(rate, ramp, flags.steps ?? STEPS_DEFAULT, forMs);
  const tooLow = steps?.find((step) => createSchedule([step], batch).requests === 0);
  if (tooLow !== undefined)
    throw usageError(
      `${numberText(tooLow.logsPerSecond)} logs/s for ${numberText(tooLow.forMs / 1000)} s are less than one request of ${batch} logs: use a smaller --batch.`,
    );
  return {
    steps,
    forMs,
    logsMax: logs,
    warmUpMs: flags.warmUp ?? WARM_UP_MS_DEFAULT,
    batch,
    logBytes: logSize,
    encoding: flags.encoding ?? 'json',
    compression,
    connections: flags.connections ?? (steps === null ? CONNECTIONS_DEFAULT : connectionsOfOpenLoop(bodyBytes)),
    seed: flags.seed ?? 1,
    idempotency: flags.idempotency ?? false,
    probesPerSecond: flags.probes ?? PROBES_DEFAULT,
    settleMs: settle,
    verifyForMs: flags.verify ? (flags.verifyFor ?? VERIFY_DEADLINE_MS) : null,
    namedProcesses: new Map(flags.process),
  };
}

function connectionsOfOpenLoop(bodyBytes: number): number {
  return Math.max(1, Math.min(CONNECTIONS_OF_OPEN_LOOP, Math.floor(OPEN_LOOP_BYTES_MAX / bodyBytes)));
}

const numberText = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 1 });

/** What says how bodies are made; the rest would be ignored where nothing is loaded. */
const FLAGS_OF_BODIES: readonly string[] = [
  'batch',
  'logSize',
  'encoding',
  'compression',
  'gzip',
  'seed',
  'bodies',
  'writeBodies',
] satisfies (keyof LoadFlags)[];

function refuseFlagsOfLoads(flags: LoadFlags): void {
  const other = Object.keys(flags).find((name) => !FLAGS_OF_BODIES.includes(name));
  if (other === undefined) return;
  const typed = other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw usageError(`--${typed} is of a load: --write-bodies loads nothing.`);
}

/** How many bodies `--write-bodies` writes. */
export function bodiesOf({ bodies }: LoadFlags): number {
  return bodies ?? BODIES_DEFAULT;
}

/** Of the requests that were sent, how many in a hundred may be refused or fail. */
export function errorsPercentOf({ maxErrors }: LoadFlags): number {
  return maxErrors ?? ERRORS_PERCENT_DEFAULT;
}

function stepsOf(
  rate: number | undefined,
  ramp: LoadFlags['ramp'],
  steps: number,
  forMs: number,
): readonly Step[] | null {
  if (ramp !== undefined) return rampSteps(ramp[0], ramp[1], steps, forMs);
  return rate === undefined ? null : [{ logsPerSecond: rate, forMs }];
}

/** `1000..50000` */
export function parseRamp(text: string): readonly [from: number, to: number] {
  const [, from, to] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text) ?? [];
  const rates = [Number(from), Number(to)] as const;
  if (rates.every((rate) => rate >= 1 && rate <= RATE_LOGS_MAX)) return rates;
  throw new InvalidArgumentError('Say it as 1000..50000, in logs a second.');
}

function collectProcess(
  text: string,
  before: readonly (readonly [string, number])[] = [],
): readonly (readonly [string, number])[] {
  const [, name = '', pid] = /^([^=]{1,40})=(\d+)$/.exec(text) ?? [];
  if (name === '' || Number(pid) < 1 || Number(pid) > PID_MAX)
    throw new InvalidArgumentError('Say it as kafka=1234, the name that is shown and the pid.');
  if (!isRunning(Number(pid))) throw new InvalidArgumentError(`No process of this machine has the pid ${pid}.`);
  return [...before, [name, Number(pid)]];
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be signalled, and is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
