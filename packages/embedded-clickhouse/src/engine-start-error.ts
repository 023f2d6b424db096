// A start of the engine that failed, and how its last words become one line that says what to do.

/** Its message is one line that says what is wrong and how to mend it. */
export class EngineStartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EngineStartError';
  }
}

/** What the child left behind when it ended or was given up. */
export interface EngineEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of its stderr. */
  readonly stderr: string;
}

export const PORT_TAKEN = /Address already in use/;
const FOLDER_LOCKED = /Another server instance|Cannot lock file/;
const FOLDER_UNUSABLE = /filesystem error|Permission denied|Read-only file system|No space left on device/i;
/** Said by the engine at each ordinary stop or start. */
const NOISE = /Code: 394\.|Logging (?:errors?|\w+) to /;
const EXCEPTION = /Code: \d+\. DB::[^\n]*/;

/** The line of an engine's stderr that tells most, cut to a readable length; null when it said nothing. */
export function tellingLine(stderr: string): string | null {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !NOISE.test(line));
  const line = lines.find((candidate) => EXCEPTION.test(candidate)) ?? lines.at(-1);
  if (line === undefined) return null;
  const text = (EXCEPTION.exec(line)?.[0] ?? line)
    .replace(/^Code: (\d+)\. DB::(?:Exception|ErrnoException|NetException): /, '(ClickHouse error $1) ')
    .replace(/,? ?Stack trace.*$/, '')
    .trim();
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

/** How the child ended, in words. */
export function describeEnd(end: EngineEnd): string {
  const how = end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`;
  const line = tellingLine(end.stderr);
  return line === null ? `ended with ${how}` : `ended with ${how}: ${line}`;
}

/** Turns an end before ready into the error of `startEmbeddedClickHouse`. */
export function explainFailedStart(end: EngineEnd, dataDir: string, port: number): EngineStartError {
  if (PORT_TAKEN.test(end.stderr)) return portInUse(port);
  if (FOLDER_LOCKED.test(end.stderr))
    return new EngineStartError(
      `The ClickHouse folder ${dataDir} is in use by another process: stop it, or choose another data folder.`,
    );
  if (FOLDER_UNUSABLE.test(end.stderr))
    return new EngineStartError(
      `The ClickHouse folder ${dataDir} cannot be written (${tellingLine(end.stderr)}): mend its permissions or space, or choose another data folder.`,
    );
  return new EngineStartError(
    `The embedded ClickHouse did not start in ${dataDir}; it ${describeEnd(end)}. If its data is damaged, restore the folder from a backup or move it away.`,
  );
}

export function portInUse(port: number): EngineStartError {
  return new EngineStartError(
    `Port ${port} for the embedded ClickHouse is in use: start again, which takes another one where none is set, or stop what listens there.`,
  );
}
