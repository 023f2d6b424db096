// A command of this folder as a whole: what ends it early is told by its message, not by Node's frames.

/** Runs it; where it throws, the process ends with 1 by itself, after what `main` has to stop. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${messages(error).join(' ')}\n`);
    process.exitCode = 1;
  }
}

/** Its own, then its causes': waitFor says what it waited for, and its cause why in vain. */
function messages(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message, ...(error.cause === undefined ? [] : messages(error.cause))];
}
