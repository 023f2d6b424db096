// Why a command failed, in words for the person who typed it.

/** 1: it was tried and failed. 2: it was called wrongly. */
export type ExitCode = 1 | 2;

/** Its message is all that is printed; it says what to do about it. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** Nobody took the call, as when a service is being restarted: trying later may do. */
  readonly isAway: boolean;

  constructor(message: string, exitCode: ExitCode = 1, isAway = false) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.isAway = isAway;
  }
}

/** A call that the command line itself can tell is wrong; exit code 2. */
export function usageError(message: string): CliError {
  return new CliError(message, 2);
}
