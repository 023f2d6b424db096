// The child process that hosts the engine: started by IPC, ready once its own engine answers, gone with its parent.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { DATABASE, INSERTS_FINISH_MS, NICER_BY, NICEST, PROBE_INTERVAL_MS, STOP_DEADLINE_MS } from '../limits.ts';
import { setAsideBroken } from '../parts/set-aside.ts';
import { type Ask, createAsk } from './ask.ts';
import { runEngine } from './engine.ts';
import { type FromHost, isMessage, type StartEngine } from './messages.ts';
import { untilPortCloses, untilWriteFails } from './watch.ts';
import { yieldMerges } from './yield-merges.ts';

const EXIT_ENGINE_FAILED = 71;

/** The host's life, so far as signals and messages have brought it. */
const state: { ask: Ask | null; setAside: readonly string[]; ready: boolean; stopping: boolean } = {
  ask: null,
  setAside: [],
  ready: false,
  stopping: false,
};
const keepAliveQueryId = `keep-${randomUUID()}`;

// Node's way out joins its worker threads, and the engine's would never end: a host that exits by an uncaught exception
// hangs for ever with the data folder locked (seen: stderr's pipe broken by the death of the parent). So it is killed;
// what was acknowledged is on disk.
process.on('uncaughtException', killSelf);
process.on('unhandledRejection', killSelf);
process.stderr.on('error', () => undefined);
process.on('disconnect', () => void stop());
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  // While the parent lives it stops its children in order; a terminal's signal goes to the whole group at once.
  process.on(signal, () => {
    if (!process.connected) void stop();
  });
}
process.on('message', (message) => {
  if (isMessage(message, 'stop')) void stop();
  if (isMessage<StartEngine>(message, 'start')) void serve(message);
});

async function serve(start: StartEngine): Promise<void> {
  // Before the engine makes its threads, which begin with what this one has.
  setPriority(Math.min(NICEST, getPriority() + NICER_BY));
  const ask = createAsk(start.port, start.authorization);
  state.ask = ask;
  void announceReady(ask).then(async () => {
    // The engine runs as well without.
    yieldMerges().catch((error: unknown) => process.stderr.write(`Merges are as nice as inserts: ${error}\n`));
    const trouble = await Promise.race([untilPortCloses(start.port), untilWriteFails(ask, () => state.stopping)]);
    if (!state.stopping) killSelf(trouble);
  });
  try {
    state.setAside = setAsideBroken(start.dataFolder);
  } catch (error) {
    // An engine that starts without it may take a part for one of no rows and remove its sources.
    say(`Parts could not be looked through: ${error instanceof Error ? error.message : error}`);
    process.exit(EXIT_ENGINE_FAILED);
  }
  const error = await runEngine(start, keepAliveQueryId);
  if (error !== '' && !state.stopping) say(error);
  // Nobody is left to end a child that hangs in its last steps.
  if (!process.connected) process.kill(process.pid, 'SIGKILL');
  process.exit(state.stopping ? 0 : EXIT_ENGINE_FAILED);
}

/** At once and whole: the process may end right after it. The engine may have left its own last line without an end. */
function say(text: unknown): void {
  try {
    writeSync(process.stderr.fd, `\n${text}\n`);
  } catch {
    // The parent that would read it is gone.
  }
}

function killSelf(error: unknown): void {
  say(error instanceof Error ? error.stack : error);
  process.kill(process.pid, 'SIGKILL');
}

/** Ready = an authenticated query that sees our own keep-alive query: another process on the port cannot answer that. */
async function announceReady(ask: Ask): Promise<void> {
  const seen = () => ask(`SELECT count() FROM system.processes WHERE query_id = '${keepAliveQueryId}'`);
  while ((await seen().catch(() => '')) !== '1') await pause(PROBE_INTERVAL_MS);
  await ask(`CREATE DATABASE IF NOT EXISTS ${DATABASE}`);
  state.ready = true;
  process.send?.({ type: 'ready', setAside: state.setAside } satisfies FromHost, () => undefined);
}

/** Lets running inserts finish, then ends the keep-alive query: the engine shuts down and `serve` exits. */
async function stop(): Promise<void> {
  if (state.stopping) return;
  state.stopping = true;
  const { ask, ready } = state;
  // Still starting: nothing was acknowledged, and an engine busy with damaged parts would not listen to anyone.
  if (ask === null || !ready) process.kill(process.pid, 'SIGKILL');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), STOP_DEADLINE_MS);
  if (ask === null) return;
  const inserts = () => ask("SELECT count() FROM system.processes WHERE query_kind = 'Insert'").catch(() => '0');
  const untilMs = Date.now() + INSERTS_FINISH_MS;
  while ((await inserts()) !== '0' && Date.now() < untilMs) await pause(PROBE_INTERVAL_MS);
  await ask(`KILL QUERY WHERE query_id = '${keepAliveQueryId}' ASYNC`).catch(say);
}
