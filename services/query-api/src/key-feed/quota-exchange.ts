// What intakes have taken of daily quotas, told on: each intake's counts are written down, and what the others took is told to it.
import { type ControlDb, type QuotaUseRow, readQuotaUse, recordQuotaUse } from '@sazabi/control-db';
import { dayText, type FeedMessage, type ProjectTaken, utcDay } from '@sazabi/keys';
import { type Logger, safeMessage } from '@sazabi/lifecycle';
import { QUOTA_PROJECTS_AT_ONCE, QUOTA_READ_INTERVAL_MS } from '../limits.ts';

export interface QuotaFollower {
  /** The intake's counts since its start, or the day's. */
  told(intakeId: string, day: string, projects: readonly ProjectTaken[]): void;
  leave(): void;
}

export interface QuotaExchange {
  /** @param send to the intake; only while it has told of projects under a quota */
  follow(send: (message: FeedMessage) => void): QuotaFollower;
  /** Resolves when what was told is written down. */
  close(): Promise<void>;
}

interface Follower {
  readonly send: (message: FeedMessage) => void;
  intakeId: string;
  day: string;
  /** Told of today and not written down yet. */
  unwritten: Map<string, ProjectTaken>;
  /** By project, what it was told of the others. */
  readonly known: Map<string, ProjectTaken>;
  writing: Promise<void> | null;
}

/** Asks the store nothing while no intake has a project under a quota. */
export function createQuotaExchange(db: ControlDb, logger: Logger, now: () => number = Date.now): QuotaExchange {
  const followers = new Set<Follower>();
  const writes = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | null = null;
  let reading = false;
  let failures = 0;

  const tellFailed = (error: unknown): void => {
    failures += 1;
    if (!Number.isInteger(Math.log2(failures))) return;
    logger.warn({ event: 'quota_use_kept', reason: safeMessage(error), failures }, 'Use of quotas is told on later.');
  };
  const written = (follower: Follower, writing: Promise<void>): void => {
    follower.writing = null;
    writes.delete(writing);
  };
  const write = (follower: Follower): void => {
    if (follower.writing !== null || follower.unwritten.size === 0) return;
    const { intakeId, day, unwritten } = follower;
    follower.unwritten = new Map();
    const writing = recordQuotaUse(db.orm, intakeId, day, [...unwritten.values()]).then(
      () => {
        written(follower, writing);
        // What an intake says last comes just before it leaves.
        if (!followers.has(follower)) write(follower);
      },
      (error: unknown) => {
        written(follower, writing);
        tellFailed(error);
        if (follower.day === day) follower.unwritten = new Map([...unwritten, ...follower.unwritten]);
      },
    );
    follower.writing = writing;
    writes.add(writing);
  };
  const look = async (): Promise<void> => {
    const today = dayText(utcDay(now()));
    const active = [...followers].filter(({ day }) => day >= today);
    if (active.length === 0) {
      if (timer !== null) clearInterval(timer);
      timer = null;
      return;
    }
    for (const follower of active) write(follower);
    for (const day of new Set(active.map((follower) => follower.day))) {
      const ofDay = active.filter((follower) => follower.day === day);
      const rows = await readAll(db, day, new Set(ofDay.flatMap(({ known }) => [...known.keys()])));
      for (const follower of ofDay) if (follower.day === day) tell(follower, rows);
    }
    failures = 0;
  };
  const tick = (): void => {
    if (reading) return;
    reading = true;
    void look()
      .catch(tellFailed)
      .finally(() => {
        reading = false;
      });
  };

  return {
    follow(send) {
      const follower: Follower = { send, intakeId: '', day: '', unwritten: new Map(), known: new Map(), writing: null };
      followers.add(follower);
      return {
        told(intakeId, day, projects) {
          if (day < follower.day) return;
          if (day > follower.day) {
            follower.known.clear();
            follower.unwritten = new Map();
          }
          follower.intakeId = intakeId;
          follower.day = day;
          for (const taken of projects) {
            follower.unwritten.set(taken.projectId, taken);
            if (!follower.known.has(taken.projectId))
              follower.known.set(taken.projectId, { projectId: taken.projectId, logs: 0, bytes: 0 });
          }
          write(follower);
          timer ??= setInterval(tick, QUOTA_READ_INTERVAL_MS).unref();
        },
        leave: () => followers.delete(follower),
      };
    },
    async close() {
      if (timer !== null) clearInterval(timer);
      followers.clear();
      await Promise.all(writes);
    },
  };
}

async function readAll(db: ControlDb, day: string, projectIds: ReadonlySet<string>): Promise<QuotaUseRow[]> {
  const ids = [...projectIds];
  const rows: QuotaUseRow[] = [];
  for (let from = 0; from < ids.length; from += QUOTA_PROJECTS_AT_ONCE)
    rows.push(...(await readQuotaUse(db.orm, day, ids.slice(from, from + QUOTA_PROJECTS_AT_ONCE))));
  return rows;
}

/** Tells the intake what others have taken, where that is news to it. */
function tell(follower: Follower, rows: readonly QuotaUseRow[]): void {
  const others = new Map<string, { logs: number; bytes: number }>();
  for (const { projectId, intakeId, logs, bytes } of rows) {
    if (intakeId === follower.intakeId || !follower.known.has(projectId)) continue;
    const sum = others.get(projectId) ?? { logs: 0, bytes: 0 };
    others.set(projectId, { logs: sum.logs + logs, bytes: sum.bytes + bytes });
  }
  const news: ProjectTaken[] = [];
  for (const [projectId, { logs, bytes }] of others) {
    const known = follower.known.get(projectId);
    if (known?.logs === logs && known.bytes === bytes) continue;
    const taken = { projectId, logs, bytes };
    follower.known.set(projectId, taken);
    news.push(taken);
  }
  if (news.length > 0) follower.send({ type: 'quota-use', day: follower.day, projects: news });
}
