// Whose logs a query may see. No query can be built without a scope, and every query begins from `scopedLogs`.
import type { Mode } from '@sazabi/contract';
import { bound, join, type Sql, sql } from './sql.ts';

const DAY_MS = 86_400_000;
/** Of the consumer's tombstones and of the ids of removed rows: nobody's project, in no scope. */
const ZERO_PROJECT_ID = '00000000-0000-0000-0000-000000000000';

/** Not exported: nobody else can write a scope down. */
const granted = Symbol('granted');

/** A retention that was lengthened at a time: logs received before it are seen for so many days. */
export interface EarlierRetention {
  /** Milliseconds since 1970. */
  readonly untilMs: number;
  readonly days: number;
}

/** A project and how far back its logs are seen. */
export interface VisibleProject {
  /** UUID text. */
  readonly id: string;
  readonly retentionDays: number;
  /** Logs received before it are never seen again (milliseconds since 1970): where a retention ended that was changed. */
  readonly hiddenBeforeMs: number | null;
  /** The oldest first, each shorter than the next and than the present one. */
  readonly earlierRetentions: readonly EarlierRetention[];
}

/** What a secret key may see: projects of its organization, in its mode. Made by {@link logScope} alone. */
export interface LogScope {
  readonly [granted]: true;
  readonly organizationId: string;
  /** None = nothing is seen. */
  readonly projects: readonly VisibleProject[];
  /** Of `projects`, in their order. */
  readonly projectIds: readonly string[];
  readonly mode: Mode;
}

interface Grant {
  readonly organizationId: string;
  readonly projects: readonly VisibleProject[];
  readonly mode: Mode;
}

/**
 * Makes a scope. Only the API's tenancy module may call this: it is where a key becomes what it may see. The zero project is left
 * out here, once: asked of every row it was a fifth of a histogram's cost over all projects.
 */
export function logScope({ organizationId, projects: given, mode }: Grant): LogScope {
  const projects = given.filter(({ id }) => id !== ZERO_PROJECT_ID);
  return { [granted]: true, organizationId, projects, projectIds: projects.map(({ id }) => id), mode };
}

/** The scope with one of its projects, or with none where that project is not in it. */
export function narrowScope(scope: LogScope, projectId: string | undefined): LogScope {
  if (projectId === undefined) return scope;
  const wanted = projectId.toLowerCase();
  return logScope({ ...scope, projects: scope.projects.filter(({ id }) => id.toLowerCase() === wanted) });
}

/**
 * From which time received on (milliseconds since 1970) a project's logs are seen at `atMs`. Retention counts from the time
 * received; what one before the present retention has hidden stays hidden, and what it has not yet is hidden when it would have been.
 */
export function visibleFromMs(project: Omit<VisibleProject, 'id'>, atMs: number): number {
  const fromMs = project.earlierRetentions.reduceRight(
    // Some of what was received before `untilMs` is left, then all since is; or none is.
    (laterMs, { untilMs, days }) => Math.min(Math.max(laterMs, untilMs), atMs - days * DAY_MS),
    atMs - project.retentionDays * DAY_MS,
  );
  return Math.max(project.hiddenBeforeMs ?? 0, fromMs, 0);
}

/** The condition on project and mode. One project is compared by `=`, so that ClickHouse reads in the table's order. */
export function scopedProjects(scope: LogScope): Sql {
  const [only, ...others] = scope.projectIds;
  const projects =
    only !== undefined && others.length === 0
      ? sql`project_id = ${bound('UUID', only)}`
      : sql`project_id IN ${bound('Array(UUID)', scope.projectIds)}`;
  return sql`${projects} AND mode = ${bound('String', scope.mode)}`;
}

/**
 * `FROM logs WHERE …` of all that the scope sees at a time: what has not expired on its day, and of each project what was
 * received in its retention.
 * @param atMs now; of a later page {@link visibleAtOfPage}
 * @param first conditions that few rows meet: their columns are read first, the scope's (which nearly all rows meet that the
 *   primary key leaves) only where they are met. A rare word's search takes two thirds of the time so.
 */
export function scopedLogs(scope: LogScope, atMs: number, first: readonly Sql[] = []): Sql {
  const day = new Date(atMs).toISOString().slice(0, 10);
  const prewhere = first.length === 0 ? sql`` : sql`PREWHERE ${join(first, ' AND ')} `;
  return sql`FROM logs ${prewhere}WHERE ${scopedProjects(scope)} AND expires_on >= ${bound('Date', day)} AND received_at >= ${visibleFrom(scope, atMs)}`;
}

/**
 * For a page after the first: the time of the first, so that neither midnight nor the moving end of a retention takes rows
 * from a list half read; a day back at most, since a cursor carries no authority to read what has expired. Of a project whose
 * retention was changed what grows out of it is removed after nine hours.
 */
export function visibleAtOfPage(firstPageAtMs: number, nowMs: number): number {
  return Math.min(nowMs, Math.max(firstPageAtMs, nowMs - DAY_MS));
}

/**
 * One time where all projects have the same, else a look-up by project: on 1000 projects with 50 retentions it costs 8 ms per
 * million rows, and a condition for each retention 150 ms.
 */
function visibleFrom(scope: LogScope, atMs: number): Sql {
  const times = scope.projects.map((project) => BigInt(visibleFromMs(project, atMs)));
  const [first = 0n] = times;
  return times.every((time) => time === first)
    ? sql`fromUnixTimestamp64Milli(${bound('Int64', first)}, 'UTC')`
    : sql`fromUnixTimestamp64Milli(transform(project_id, ${bound('Array(UUID)', scope.projectIds)}, ${bound('Array(Int64)', times)}, toInt64(0)), 'UTC')`;
}
