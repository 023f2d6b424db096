// The supervisor's handle of the embedded engine: start, ready, stop, died.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { basicAuthorization, type EngineCredentials, randomCredentials } from './config/credentials.ts';
import { type EngineFolders, prepareFolders, removeConfig, removeStaleConfigs, writeConfig } from './config/folders.ts';
import type { EngineCluster } from './config/remote-servers.ts';
import { describeEnd, type EngineEnd, EngineStartError, explainFailedStart, PORT_TAKEN } from './engine-start-error.ts';
import { freePort } from './free-port.ts';
import { type FromHost, isMessage, type ToHost } from './host/messages.ts';
import {
  DATABASE,
  FREE_PORT_ATTEMPTS,
  LISTEN_HOST,
  READY_TIMEOUT_MS,
  STDERR_TAIL_CHARACTERS,
  STOP_DEADLINE_MS,
} from './limits.ts';
import { engineLibrary } from './platform.ts';

const HOST_FILE = fileURLToPath(new URL('./host/main.ts', import.meta.url));

export interface EmbeddedClickHouseOptions {
  /** Everything of the engine lies here; made if missing. One engine at a time. */
  readonly dataDir: string;
  /** On loopback; 0 or unset = any free port. */
  readonly port?: number;
  /** Random unless given; a supervisor gives the same ones at each restart. */
  readonly credentials?: EngineCredentials;
  /** Makes the engine a shard of a cluster, for tests of Distributed tables: its TCP port is open to `default` too. */
  readonly cluster?: EngineCluster;
  /** Default true. False: as a server that is configured to compress nothing by ZSTD, for tests of what is done there. */
  readonly mergesByZstd?: boolean;
  /** Start to ready, then it is killed and the start fails. Default 60 s. */
  readonly readyTimeoutMs?: number;
}

export interface EmbeddedClickHouse {
  /** For `@clickhouse/client`: the user that inserts and migrates. */
  readonly appUrl: string;
  /** The read-only, limited user for queries. */
  readonly readerUrl: string;
  readonly port: number;
  readonly credentials: EngineCredentials;
  readonly pid: number;
  /** Paths of parts that were not written whole and gave way to what they were merged from, and of empty files that were removed (ADR 24). */
  readonly setAside: readonly string[];
  /** Running inserts finish (5 s at most), then the engine ends; close clients first, or it waits for their idle connections. */
  stop(): Promise<void>;
  /** Resolves when the engine ends without having been asked to, with how, as in a sentence about it: `ended with signal SIGKILL`. */
  readonly died: Promise<string>;
}

/**
 * Starts the engine as a child process that ends with this one, and waits until it answers queries.
 * @throws EngineStartError one line that says what is wrong: busy port, locked or unwritable folder, unsupported
 *   platform, missing library, damaged data, no answer within `readyTimeoutMs`
 */
export async function startEmbeddedClickHouse(options: EmbeddedClickHouseOptions): Promise<EmbeddedClickHouse> {
  const libraryPath = engineLibrary();
  const folders = prepareFolders(options.dataDir);
  const credentials = options.credentials ?? randomCredentials();
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(options.port ?? 0);
    const outcome = await launch({
      libraryPath,
      folders,
      credentials,
      cluster: options.cluster ?? null,
      mergesByZstd: options.mergesByZstd ?? true,
      port,
      readyTimeoutMs: options.readyTimeoutMs ?? READY_TIMEOUT_MS,
    });
    if ('appUrl' in outcome) return outcome;
    const lostRace = !options.port && PORT_TAKEN.test(outcome.stderr) && attempt < FREE_PORT_ATTEMPTS;
    if (!lostRace) throw explainFailedStart(outcome, folders.root, port);
  }
}

interface Launch {
  readonly libraryPath: string;
  readonly folders: EngineFolders;
  readonly credentials: EngineCredentials;
  readonly cluster: EngineCluster | null;
  readonly mergesByZstd: boolean;
  readonly port: number;
  readonly readyTimeoutMs: number;
}

/** One start: the running engine, or how it ended. */
async function launch(plan: Launch): Promise<EmbeddedClickHouse | EngineEnd> {
  const { folders, credentials, port } = plan;
  const config = writeConfig(folders, credentials, plan.cluster);
  // No environment is passed on: the engine needs none, and ours may hold secrets.
  const child = fork(HOST_FILE, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [], env: { TZ: 'UTC' } });
  const ended = endOf(child).finally(() => removeConfig(config.folder));
  tell(child, {
    type: 'start',
    libraryPath: plan.libraryPath,
    configFile: config.file,
    dataFolder: folders.data,
    port,
    listenTcp: plan.cluster !== null,
    mergesByZstd: plan.mergesByZstd,
    authorization: basicAuthorization('app', credentials.appPassword),
  });
  const outcome = await Promise.race([ready(child, plan), ended]);
  if ('stderr' in outcome) return outcome;
  removeStaleConfigs(folders, config.folder, Date.now());
  return handleOf(child, { ended, port, credentials, setAside: outcome.setAside });
}

/** Resolves once the host says ready, with what it says. @throws EngineStartError after the time-out, the child being killed */
function ready(child: ChildProcess, { readyTimeoutMs, folders }: Launch): Promise<FromHost> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(
        new EngineStartError(
          `The embedded ClickHouse in ${folders.root} was not ready after ${readyTimeoutMs / 1000} s and was stopped: its data may be damaged (see ${folders.log}/engine.err.log), restore the folder from a backup or move it away.`,
        ),
      );
    }, readyTimeoutMs);
    child.once('exit', () => clearTimeout(timer));
    child.on('message', (message) => {
      if (!isMessage<FromHost>(message, 'ready')) return;
      clearTimeout(timer);
      resolve(message);
    });
  });
}

interface Running extends Pick<EmbeddedClickHouse, 'port' | 'credentials' | 'setAside'> {
  readonly ended: Promise<EngineEnd>;
}

function handleOf(child: ChildProcess, { ended, port, credentials, setAside }: Running): EmbeddedClickHouse {
  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    tell(child, { type: 'stop' });
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    await ended;
    clearTimeout(timer);
  };
  const url = (user: string, password: string) =>
    `http://${user}:${encodeURIComponent(password)}@${LISTEN_HOST}:${port}/${DATABASE}`;
  return {
    appUrl: url('app', credentials.appPassword),
    readerUrl: url('reader', credentials.readerPassword),
    port,
    credentials,
    pid: child.pid ?? 0,
    setAside,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
    died: new Promise((resolve) => {
      void ended.then((end) => {
        if (stopping === null) resolve(describeEnd(end));
      });
    }),
  };
}

/** Resolves when the child is gone and its stderr is read to the end. */
function endOf(child: ChildProcess): Promise<EngineEnd> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_TAIL_CHARACTERS);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, stderr: `${stderr}${error.message}\n` }));
    child.once('close', (code, signal) => resolve({ code, signal, stderr }));
  });
}

/** A child that is already gone is told by its end, not by a failed send. */
function tell(child: ChildProcess, message: ToHost): void {
  if (child.connected) child.send(message, () => undefined);
}
