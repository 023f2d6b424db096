// The file of `--html`: made before the load, so that one that cannot be written is told at once.
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { usageError } from '../cli-error.ts';

export interface ReportFile {
  /** What to say where it cannot be written after all (a full disk), else null. */
  write(text: string): string | null;
  /** There is no report: the file goes. */
  discard(): void;
}

/** Makes a new file. @throws CliError (usage) that says what to do where it cannot be made */
export function makeReportFile(path: string): ReportFile {
  const descriptor = openNew(path);
  return {
    write(text) {
      try {
        writeFileSync(descriptor, text);
        return null;
      } catch (error) {
        return `The report could not be written into ${path} (${codeOf(error)}).`;
      } finally {
        closeSync(descriptor);
      }
    },
    discard() {
      closeSync(descriptor);
      rmSync(path, { force: true });
    },
  };
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') throw usageError(`--html ${path} is there already: name another.`);
    if (code === 'ENOENT') throw usageError(`--html ${path} cannot be written: there is no folder ${dirname(path)}.`);
    throw usageError(`--html ${path} cannot be written (${code}): name a file in a folder where you may.`);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}
