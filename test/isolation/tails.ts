// A live tail of each organization and mode, open while all scenarios run.
import type { System } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Caller, cellOf, type Model } from './model.ts';
import type { World } from './world.ts';

const OPEN_DEADLINE_MS = 30_000;

export interface Tail {
  readonly caller: Caller;
  /** All that has come. */
  text(): string;
  /** Logs of the projects that were there when it was opened, and stay. */
  rows(): number;
}

export interface Tails {
  readonly all: readonly Tail[];
  /** Logs of those projects that were accepted since. */
  expected(caller: Caller): number;
  close(): Promise<void>;
}

/** Opens them; resolves when each has begun. */
export async function followTails(
  system: Pick<System, 'apiUrl'>,
  { model, admins, testAdmins }: World,
): Promise<Tails> {
  const stop = new AbortController();
  // Of one that scenarios may delete, the model forgets what it was given: the tail has told it.
  const projects = (org: number) =>
    model.things.flatMap(({ kind, id, org: owner, expendable }) =>
      kind === 'project' && owner === org && !expendable ? [id] : [],
    );
  const before = new Map([...admins.keys()].map((org) => [org, projects(org)]));
  const ends: Promise<void>[] = [];
  const all = [...admins, ...testAdmins].map((caller): Tail => {
    let text = '';
    ends.push(
      readTail(system, caller, stop.signal, model, (part) => {
        text += part;
      }),
    );
    const isOld = (line: string) => before.get(caller.org)?.includes(JSON.parse(line).projectId) === true;
    return {
      caller,
      text: () => text,
      rows: () => text.split('\n').filter((line) => line.startsWith('data: {') && isOld(line.slice(6))).length,
    };
  });
  await waitFor('every tail is open', () => all.every((tail) => tail.text() !== ''), OPEN_DEADLINE_MS);
  return {
    all,
    expected: ({ org, mode }) =>
      (before.get(org) ?? []).reduce((sum, id) => {
        const count = model.counts.get(cellOf(id, mode));
        return sum + (count === undefined ? 0 : count.accepted - count.seeded);
      }, 0),
    async close() {
      stop.abort();
      await Promise.all(ends);
    },
  };
}

async function readTail(
  system: Pick<System, 'apiUrl'>,
  caller: Caller,
  signal: AbortSignal,
  model: Model,
  take: (part: string) => void,
): Promise<void> {
  try {
    const headers = { 'x-sazabi-secret-key': caller.key };
    const response = await fetch(`${system.apiUrl}/logs/tail`, { headers, signal });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      const part = decoder.decode(chunk, { stream: true });
      take(part);
      const id = /^id: ?(.+)$/m.exec(part)?.[1];
      // For others to resume from.
      if (id !== undefined && model.eventIds.length < 500) model.eventIds.push(id);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
