// `sazabi load`: a load test of the intake, and whether all that it acknowledged is there.
import {
  type Access,
  htmlReport,
  isExact,
  isLoopback,
  LoadError,
  type LoadReport,
  mibText,
  type Progress,
  reportLines,
  runLoad,
  stepHead,
  stepLine,
} from '@sazabi/load';
import type { Command } from 'commander';
import { CliError, usageError } from '../cli-error.ts';
import { type Config, WHERE_KEYS_ARE } from '../config.ts';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { createApiClient } from '../http/api-client.ts';
import { unreachable } from '../http/problems.ts';
import { expectAccepted } from '../load/first-request.ts';
import { addLoadFlags, bodiesOf, errorsPercentOf, type LoadFlags, type Workload, workloadOf } from '../load/flags.ts';
import { type Interrupts, takeInterrupts } from '../load/interrupts.ts';
import { makeReportFile, type ReportFile } from '../load/report-file.ts';
import { tooManyErrors } from '../load/too-many-errors.ts';
import { verifyAnnouncement, verifyLine } from '../load/verify-progress.ts';
import { writeBodies } from '../load/write-bodies.ts';
import type { Output } from '../output/output.ts';
import { USER_AGENT } from '../version.ts';

/** Whoever listens at the intake's address answers in this time. */
const PREFLIGHT_MS = 10_000;
/** Where keys of the run's own come from, as it is said where one of them is refused. */
const OWN_SOURCE = 'this run, which made it';

const HELP = `
With a secret key it makes public keys of its own without a rate limit, asks for some logs until a query finds them (freshness), and
revokes the keys when it ends, also by Ctrl-C. With a public key alone it uses that, within its rate limit.
CPU and memory are those of the processes of \`npm start\` on this machine: SAZABI_DATA_DIR says where it keeps its data.
What the figures mean: docs/load-testing.md.

Examples:
  $ sazabi load
  $ sazabi load --rate 20000 --duration 1m --verify
  $ sazabi load --ramp 10000..200000 --steps 10 --duration 2m --html report.html
  $ sazabi load --batch 1 --connections 512 --logs 100000 --json | jq .latency.p99

Exit codes:
  0    loaded; with --verify each acknowledged log is stored once. Also after Ctrl-C, of what was sent until then
  1    nothing was acknowledged, more than --max-errors percent of the requests were refused or failed, with --verify something is
       missing or there twice or could not be read back; or the load could not begin: no answer, or the key is refused
  2    called wrongly: flags that do not go together, an --html file that cannot be made
  130  Ctrl-C before the load began, or a third time (143: SIGTERM)`;

export function addLoad(command: Command, context: Context): void {
  addLoadFlags(command)
    .addHelpText('after', HELP)
    .action((flags: LoadFlags, self: Command) => load(context, flags, self));
}

async function load(context: Context, flags: LoadFlags, command: Command): Promise<void> {
  const { output } = context;
  const workload = workloadOf(flags);
  if (flags.writeBodies !== undefined) {
    const bytes = await writeBodies(flags.writeBodies, bodiesOf(flags), workload);
    return await output.print(
      `Wrote ${bodiesOf(flags)} bodies of ${workload.batch} logs, ${mibText(bytes)}, into ${flags.writeBodies}.`,
    );
  }
  const config = context.config(command);
  const intakeUrl = new URL(config.intakeUrl);
  const access = accessOf(context, config, flags);
  let file: ReportFile | undefined;
  let report: LoadReport;
  const interrupts = takeInterrupts({
    onEarly() {
      file?.discard();
      output.note('Ended before the load began: nothing was sent.');
    },
    onStop: () => output.note('Ending the load: the report follows (Ctrl-C again: without what is left).'),
    onStopReading: () => output.note('Ending the reading of what is stored: the report follows.'),
  });
  try {
    if (!isLoopback(intakeUrl) && !flags.yes)
      await confirm(
        context,
        `${intakeUrl.origin} is no loopback address: it may be another's machine. Load only what is yours. Go on?`,
      );
    if (flags.html !== undefined) file = makeReportFile(flags.html);
    await expectAnswer(config.intakeUrl);
    const source = access.kind === 'own' ? OWN_SOURCE : config.keySources.public;
    const expectIntake = async (text: string) => {
      const refusal = await expectAccepted(config.intakeUrl, { text, source });
      if (refusal !== null) output.note(`Loading an intake that takes nothing now: ${refusal}`);
    };
    report = await run(output, workload, { intakeUrl, access, dataDir: config.dataDir }, expectIntake, interrupts);
  } catch (error) {
    file?.discard();
    throw error;
  } finally {
    interrupts.release();
  }
  await tell(context, flags, report, file);
}

/** Writes and prints the report, and marks the command as failed where it was. */
async function tell(context: Context, flags: LoadFlags, report: LoadReport, file?: ReportFile): Promise<void> {
  const { output } = context;
  const unwritten = file?.write(htmlReport(report)) ?? null;
  if (flags.json) await output.printJson(report);
  else for (const line of reportLines(report)) await output.print(line);
  const { verification } = report;
  const isWrong = flags.verify && (verification === null || verification.stopped || !isExact(verification));
  const tooMany = tooManyErrors(report, errorsPercentOf(flags));
  for (const problem of [unwritten, tooMany]) if (problem !== null) output.problem(problem);
  if (isWrong || unwritten !== null || tooMany !== null || report.logs === 0) context.markFailed();
}

/** @throws CliError (usage) where what was asked for takes a secret key */
function accessOf({ output }: Context, config: Config, flags: LoadFlags): Access {
  const { apiUrl, keySources, hasSecretKey, hasPublicKey } = config;
  if (hasSecretKey) {
    const { project: projectId, keys = 1 } = flags;
    return {
      kind: 'own',
      api: createApiClient(apiUrl, { text: config.secretKey(), source: keySources.secret }),
      apiOf: (text) => createApiClient(apiUrl, { text, source: OWN_SOURCE }),
      apiUrl: new URL(apiUrl),
      projectId,
      keys,
    };
  }
  for (const flag of ['verify', 'keys', 'project'] as const)
    if (flags[flag] !== undefined) throw usageError(`--${flag} takes a secret key: set SAZABI_SECRET_KEY.`);
  if (!hasPublicKey)
    throw new CliError(
      `No key. A load makes its own with a secret key:  export SAZABI_SECRET_KEY=sk_live_sz_…\n${WHERE_KEYS_ARE}\nWith a public key alone (SAZABI_PUBLIC_KEY) it loads within that key's rate limit.`,
    );
  const publicKey = config.publicKey();
  output.note(
    'No secret key (SAZABI_SECRET_KEY): using the public key as it is. Past its rate limit, 1000 requests a minute unless it was set otherwise, requests are answered 429.',
  );
  return { kind: 'given', publicKey };
}

/** A load on an address where nobody listens would be a report of nothing. */
async function expectAnswer(intakeUrl: string): Promise<void> {
  const response = await fetch(intakeUrl, { signal: AbortSignal.timeout(PREFLIGHT_MS) }).catch((error: unknown) => {
    throw unreachable('the intake', intakeUrl, 'SAZABI_INTAKE_URL', error);
  });
  await response.body?.cancel();
}

async function run(
  output: Output,
  workload: Workload,
  target: { readonly intakeUrl: URL; readonly access: Access; readonly dataDir: string },
  expectIntake: (publicKey: string) => Promise<void>,
  interrupts: Interrupts,
): Promise<LoadReport> {
  const isRamp = (workload.steps?.length ?? 0) > 1;
  if (isRamp) output.note(stepHead());
  let isReading = false;
  const beginReading = (logs: number): void => {
    isReading = true;
    interrupts.beginReading();
    const announcement = verifyAnnouncement(logs);
    if (announcement === null) return;
    output.status('');
    output.note(announcement);
  };
  interrupts.begin();
  try {
    return await runLoad(
      { ...workload, ...target, userAgent: USER_AGENT },
      {
        ...interrupts,
        expectAccepted: expectIntake,
        onPhase: (what) => output.status(`${what} …`),
        onTrouble: (message) => output.problem(message),
        onProgress: (progress) => output.status(progressLine(progress)),
        onVerifying(progress) {
          if (!isReading) beginReading(progress.logs);
          output.status(verifyLine(progress));
        },
        onStep(step) {
          if (!isRamp) return;
          output.status('');
          output.note(stepLine(step));
        },
      },
    );
  } catch (error) {
    if (error instanceof LoadError) throw usageError(error.message);
    throw error;
  } finally {
    output.status('');
  }
}

function progressLine({ seconds, forSeconds, logs, logsPerSecond, p50Ms, p99Ms, errors }: Progress): string {
  const rate = `${Math.round(logsPerSecond).toLocaleString('en')} logs/s`;
  const failed = errors === 0 ? '' : `  ${errors.toLocaleString('en')} errors`;
  return `${Math.floor(seconds)}/${Math.round(forSeconds)} s  ${logs.toLocaleString('en')} logs  ${rate}  p50 ${p50Ms.toFixed(1)} ms  p99 ${p99Ms.toFixed(1)} ms${failed}`;
}
