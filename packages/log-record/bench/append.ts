// CPU-seconds per million logs of JSON.parse, and of append + encode; run: node bench/append.ts [logs per batch] [batches]
import { cpuUsage, stdout } from 'node:process';
import { createLogBlock, newUuidV7, type RequestSource } from '../src/index.ts';

const batchLogs = Number(process.argv[2] ?? 100);
const bodyCount = 64;
const rounds = Math.max(1, Math.round(Number(process.argv[3] ?? 1_000_000 / batchLogs) / bodyCount));
const source: RequestSource = {
  projectId: '0192f0e4-1111-7222-8333-0123456789ab',
  mode: 'live',
  keyId: '0192f0e4-4444-7555-8666-fedcba987654',
  environment: '',
};

let seed = 1;
/** Park and Miller's minimal standard generator: the same logs at each run. */
function random(below: number): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
}
function hex(digits: number): string {
  let text = '';
  while (text.length < digits) text += random(0x1000000).toString(16);
  return text.slice(0, digits);
}
function pick(words: readonly string[]): string {
  return words[random(words.length)] ?? '';
}

const SERVICES = ['web', 'orders', 'ledger', 'mailer', 'gateway', 'inventory', 'sessions', 'reports'];
const ZONES = ['eu-central', 'us-central', 'ap-south'];

/** A log of about 290 bytes as JSON: a message of 60 to 110 characters, five to seven short attributes. */
function makeLog(at: number): object {
  const attributes: Record<string, string> = {
    request_id: hex(12),
    instance: `vm-${random(64)}`,
    zone: pick(ZONES),
    account: `acc_${random(50_000)}`,
  };
  const base = { level: pick(['info', 'info', 'info', 'debug', 'warn', 'error']), service: pick(SERVICES) };
  const timestamp = new Date(1_795_000_000_000 + at * 9).toISOString();
  const shape = random(3);
  if (shape === 0)
    Object.assign(attributes, { path: `/v2/${pick(SERVICES)}/:id`, status: pick(['200', '201', '404', '503']) });
  if (shape === 1) Object.assign(attributes, { pool: 'primary', release: `2026.10.${random(4)}` });
  if (shape === 2) Object.assign(attributes, { worker: `w${random(16)}` });
  const message = [
    `handled ${pick(['GET', 'POST', 'PUT'])} /v2/${pick(SERVICES)}/${random(900_000)} with status ${pick(['200', '503'])} in ${random(900)} ms, ${random(9000)} bytes out`,
    `statement ${hex(8)} on table ${pick(SERVICES)} gave ${random(500)} rows in ${random(300)} ms, pool ${random(20)} of 20 in use`,
    `job ${pick(SERVICES)}-${random(900_000)} took attempt ${random(3)}, waited ${random(4000)} ms and ran ${random(900)} ms, key ${hex(12)}`,
  ][shape];
  return { message, ...base, timestamp, attributes };
}

function seconds(since: NodeJS.CpuUsage): number {
  const { user, system } = cpuUsage(since);
  return (user + system) / 1e6;
}

const bodies = Array.from({ length: bodyCount }, (_, body) =>
  JSON.stringify(Array.from({ length: batchLogs }, (_, at) => makeLog(body * batchLogs + at))),
);
const block = createLogBlock();

/** One body after another as an intake does, each a record of its own; answers bytes of blocks. */
function round(append: boolean): number {
  let bytes = 0;
  for (const body of bodies) {
    const logs: unknown[] = JSON.parse(body);
    if (!append) continue;
    block.reset(newUuidV7(), 20_800);
    block.beginRequest(source, 1_795_000_000_000, null);
    for (const log of logs) if (block.append(log, 'log') !== null) throw new Error('a log was rejected');
    bytes += block.encode().length;
  }
  return bytes;
}

/** CPU-seconds per million logs. */
function measure(append: boolean): number {
  for (let warm = 0; warm < 20; warm++) round(append);
  const start = cpuUsage();
  for (let i = 0; i < rounds; i++) round(append);
  return (seconds(start) * 1e6) / (rounds * bodyCount * batchLogs);
}

const parse = measure(false);
const both = measure(true);
const logBytes = Math.round(bodies.join('').length / (bodyCount * batchLogs));
stdout.write(
  `${rounds * bodyCount * batchLogs} logs of ${logBytes} B in batches of ${batchLogs}, CPU-s per million: JSON.parse ` +
    `${parse.toFixed(3)}, append + encode ${(both - parse).toFixed(3)}; block ${Math.round(round(true) / (bodyCount * batchLogs))} B a log\n`,
);
