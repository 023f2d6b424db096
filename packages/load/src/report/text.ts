// The report as lines for a person.
import { MEBIBYTE } from '../limits.ts';
import { OWN_NAME } from '../measure/cost-meter.ts';
import type { Latency } from '../measure/recorder.ts';
import { STOPPED } from '../pace/pace.ts';
import { isExact } from '../verify/tally.ts';
import type { Verification } from '../verify/verify.ts';
import type { LoadReport, ProcessReport, StepReport } from './report.ts';

const TITLE_COLUMNS = 14;

/** More of the requests than this waited at the sender: a p99 is theirs. */
const HELD_BACK_SHARE = 0.01;
/** More of the requests than this refused or failed: that is the limit, whatever this command had to wait for meanwhile. */
const REFUSED_SHARE = 0.05;
/** With more than this of a core, the thread that sends has no time left. */
const OWN_CORES = 0.9;
/** One of a hundred sent later than this, with connections free, is late for want of a core: others' work is in the latencies. */
const SENT_LATE_MS = 50;

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const line = (title: string, text: string): string => `${title.padEnd(TITLE_COLUMNS)}${text}`;

/** 5 MiB, 1.3 MiB */
export function mibText(bytes: number): string {
  return `${(bytes / MEBIBYTE).toLocaleString('en', { maximumFractionDigits: 1 })} MiB`;
}

/** 0.42 ms, 12.3 ms, 1,234 ms */
export function msText(ms: number): string {
  return `${ms >= 100 ? whole(ms) : ms.toFixed(ms >= 10 ? 1 : 2)} ms`;
}

function latencyText({ p50, p90, p99, p999, max }: Latency): string {
  return `p50 ${msText(p50)}   p90 ${msText(p90)}   p99 ${msText(p99)}   p99.9 ${msText(p999)}   max ${msText(max)}`;
}

export function reportLines(report: LoadReport): readonly string[] {
  return [
    workloadLine(report),
    '',
    ...(report.stopped && report.requests === 0
      ? ['ended before the warm-up was over: nothing was measured']
      : measuredLines(report)),
    ...(report.verification === null ? [] : ['', ...verificationLines(report.verification)]),
  ];
}

function measuredLines(report: LoadReport): readonly string[] {
  return [
    line(
      'acknowledged',
      `${whole(report.logs)} logs in ${report.seconds.toFixed(1)} s: ${whole(report.logsPerSecond)} logs/s, ${whole(report.requestsPerSecond)} requests/s, ${(report.bytes / MEBIBYTE / report.seconds).toFixed(1)} MiB/s${report.stopped ? ' (ended before its time)' : ''}`,
    ),
    line('latency', report.latency.count === 0 ? 'nothing was acknowledged' : latencyText(report.latency)),
    line(
      '',
      report.workload.loop === 'open'
        ? `from when a request was due; of it p99 ${msText(report.waited.p99)} until it was sent`
        : 'from when a request was sent',
    ),
    line('errors', errorsText(report)),
    ...(report.unsent === 0
      ? []
      : [line('not sent', `${whole(report.unsent)} requests that were due: every connection was busy`)]),
    ...limitTexts(report).map((text, at) => line(at === 0 ? 'the limit' : '', text)),
    line('freshness', freshnessText(report)),
    '',
    ...processLines(report),
  ];
}

function workloadLine({ workload, url }: LoadReport): string {
  const { loop, batch, connections, keys, encoding, compression, bytesPerLog, idempotency } = workload;
  const packed = compression === 'none' ? '' : ` ${compression}`;
  const more = idempotency ? ', with Idempotency-Key' : '';
  return `${loop} loop on ${url}: ${batch} ${batch === 1 ? 'log' : 'logs'} a request of ${Math.round(bytesPerLog)} B, ${encoding}${packed}, ${connections} connections, ${keys} ${keys === 1 ? 'key' : 'keys'}${more}`;
}

function errorsText({ errors, refusedLatency }: LoadReport): string {
  if (errors.length === 0) return 'none';
  const kinds = errors.map(
    ({ status, code, count }) => `${status === 0 ? 'no answer' : status} ${code} ${whole(count)}`,
  );
  const answered =
    refusedLatency.count === 0
      ? ''
      : ` (refused within p50 ${msText(refusedLatency.p50)}, p99 ${msText(refusedLatency.p99)})`;
  return `${kinds.join(', ')}${answered}`;
}

/** What kept the load from being more, where that can be told, and what to do about it. */
function limitTexts(report: LoadReport): readonly string[] {
  const refusal = refusalText(report);
  return refusal === null ? ownLimitTexts(report) : [refusal];
}

/** Where the server refused: connections that wait for what it holds up are busy by it, and more of them would be refused more. */
function refusalText({ workload, errors, requests }: LoadReport): string | null {
  const refused = errors.filter(({ status, code }) => status !== 0 || code !== STOPPED);
  const count = refused.reduce((sum, one) => sum + one.count, 0);
  const [most] = refused;
  if (most === undefined || count <= REFUSED_SHARE * requests) return null;
  const share = `${Math.round((count / requests) * 100)} % of the requests were refused or failed`;
  if (most.status === 429) return `was that of the key or its project (429): ${share}`;
  if (most.status === 0) return `was the intake: ${share}, most of them without an answer (${most.code}): was it away?`;
  if (most.status !== 503) return `was not this command: ${share}`;
  const less = workload.loop === 'closed' ? 'fewer --connections' : 'a lower --rate';
  return `was the intake: ${share}, most of them with 503: too much at once, unless its log names another reason. Bodies of MiB fill it soonest: ${less}, or a smaller --batch or --log-size`;
}

/** Where this command limited its own load, so that its figures are not the system's alone. */
function ownLimitTexts(report: LoadReport): readonly string[] {
  const { workload, requests, unsent, heldBack, waited, processes, seconds } = report;
  const held = heldBack / (requests + unsent);
  const cores = (processes.find(({ name }) => name === OWN_NAME)?.cpuSeconds ?? 0) / seconds;
  const isLate = workload.loop === 'open' && waited.p99 > SENT_LATE_MS;
  return [
    ...(isLate && held <= HELD_BACK_SHARE && cores <= OWN_CORES
      ? [
          `was this machine: one request of a hundred was sent ${msText(waited.p99)} or more after it was due, with connections free: this command had no core then, and its latencies tell of that. End what else runs here, or send from another machine`,
        ]
      : []),
    ...(held > HELD_BACK_SHARE
      ? [
          `was this command: ${Math.round(held * 100)} % of the requests found all ${whole(workload.connections)} connections busy and waited for one, which their latency counts: a lower rate, or raise --connections`,
        ]
      : []),
    ...(cores > OWN_CORES
      ? [
          `was this command: its one thread took ${cores.toFixed(2)} of a core: a larger --batch, no --compression, or several at once`,
        ]
      : []),
  ];
}

function freshnessText({ freshness, workload }: LoadReport): string {
  if (freshness === null)
    return `not asked for: ${workload.probesPerSecond === 0 ? '--probes 0' : 'it takes a secret key'}`;
  const { latency, probes, queries, notFound, failures } = freshness;
  const lost = notFound === 0 ? '' : `, ${notFound} not found`;
  const failed = failures === 0 ? '' : `, ${failures} queries failed`;
  if (latency.count === 0) return `no probe was found (${probes} probes${lost}${failed})`;
  return `p50 ${msText(latency.p50)}   p99 ${msText(latency.p99)}   max ${msText(latency.max)}   from the 202 to a query that finds the log (${probes} probes by ${queries} queries${lost}${failed})`;
}

function processLines({ processes, processesMissing }: LoadReport): string[] {
  const row = (name: string, perMillion: number, cpu: number, memory?: ProcessReport): string =>
    `${name.padEnd(20)}${perMillion.toFixed(2).padStart(24)}${cpu.toFixed(1).padStart(9)}${memory === undefined ? '' : `${whole(memory.residentMibMax).padStart(14)}`}`;
  const services = processes.filter(({ name }) => name !== OWN_NAME);
  const sum = (of: (one: ProcessReport) => number): number => services.reduce((total, one) => total + of(one), 0);
  return [
    `${'PROCESS'.padEnd(20)}${'CPU-s per million logs'.padStart(24)}${'CPU-s'.padStart(9)}${'RESIDENT MiB'.padStart(14)}`,
    ...services.map((one) => row(one.name, one.perMillionLogs, one.cpuSeconds, one)),
    ...(services.length < 2
      ? []
      : [
          row(
            'services together',
            sum((one) => one.perMillionLogs),
            sum((one) => one.cpuSeconds),
          ),
        ]),
    ...processes
      .filter(({ name }) => name === OWN_NAME)
      .map((one) => row(one.name, one.perMillionLogs, one.cpuSeconds, one)),
    ...(processesMissing === null ? [] : [`services: ${processesMissing}`]),
  ];
}

function verificationLines(verification: Verification): string[] {
  const { acknowledged, rows, queries, seconds, waitedSeconds, stopped, examples } = verification;
  const cost = `${whole(rows)} rows read by ${whole(queries)} queries in ${seconds.toFixed(1)} s, ${waitedSeconds.toFixed(1)} s of them until all could be found`;
  if (stopped) return [line('verified', `not to the end: it was stopped (${cost})`)];
  const found = isExact(verification)
    ? acknowledged === 0
      ? 'nothing was acknowledged, and nothing that was refused is stored'
      : `each of ${whole(acknowledged)} acknowledged logs, those of the warm-up too, is stored exactly once`
    : `WRONG: of ${whole(acknowledged)} acknowledged logs ${whole(verification.missing)} are missing (of ${whole(verification.missingRequests)} requests), ${whole(verification.doubled)} are there twice or more, ${whole(verification.refused)} were refused and are there`;
  return [
    line('verified', found),
    line('', cost),
    ...(verification.unacknowledged === 0
      ? []
      : [
          line(
            '',
            `${whole(verification.unacknowledged)} logs are stored whose requests got no answer or a late 5xx, as may be`,
          ),
        ]),
    ...(verification.unknown === 0 ? [] : [line('', `${whole(verification.unknown)} rows are not of this run`)]),
    ...examples.map((one) => line('', `request ${one.request}: ${one.acknowledged} acknowledged, ${one.found} found`)),
  ];
}

const STEP_COLUMNS = [12, 16, 11, 11, 11, 11, 9];
const columns = (cells: readonly string[]): string =>
  cells.map((cell, at) => cell.padStart(STEP_COLUMNS[at] ?? 10)).join('');

/** The head of the lines of a ramp. */
export function stepHead(): string {
  return columns(['LOGS/S', 'ACKNOWLEDGED/S', 'P50', 'P99', 'P99.9', 'MAX', 'ERRORS']);
}

/** One step of a ramp. */
export function stepLine({ logsPerSecond, acknowledgedPerSecond, latency, errors }: StepReport): string {
  const { p50, p99, p999, max } = latency;
  return columns([
    whole(logsPerSecond),
    whole(acknowledgedPerSecond),
    ...[p50, p99, p999, max].map(msText),
    whole(errors),
  ]);
}
