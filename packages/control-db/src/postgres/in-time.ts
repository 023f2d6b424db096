// A bound for an answer that may never come.
import { setTimeout as wait } from 'node:timers/promises';
import { SERVER_SILENT } from '../unavailable.ts';

/** After a deadline that may have passed because this process itself stood still, what has come meanwhile is read first. */
const GRACE_MS = 50;

/** What `answer` gives. @throws Error with the code {@link SERVER_SILENT} after `deadlineMs` */
export async function inTime<T>(answer: Promise<T>, deadlineMs: number): Promise<T> {
  const settled = new AbortController();
  const { signal } = settled;
  const late = async (): Promise<never> => {
    await wait(deadlineMs, undefined, { signal });
    await wait(GRACE_MS, undefined, { signal });
    throw Object.assign(new Error(`no answer within ${deadlineMs} ms`), { code: SERVER_SILENT });
  };
  try {
    return await Promise.race([answer, late()]);
  } finally {
    settled.abort();
  }
}
