// Whose logs a query may see. No query can be built without a scope, and every query begins from `scopedLogs`.
import type { Mode } from '@sazabi/contract';
import { bound, type Sql, sql } from './sql.ts';

/** Not exported: nobody else can write a scope down. */
const granted = Symbol('granted');

/** What a secret key may see: projects of its organization, in its mode. Made by {@link logScope} alone. */
export interface LogScope {
  readonly [granted]: true;
  readonly organizationId: string;
  /** UUID texts; none = nothing is seen. */
  readonly projectIds: readonly string[];
  readonly mode: Mode;
}

/** Makes a scope. Only the API's tenancy module may call this: it is where a key becomes what it may see. */
export function logScope(scope: {
  readonly organizationId: string;
  readonly projectIds: readonly string[];
  readonly mode: Mode;
}): LogScope {
  return { [granted]: true, ...scope };
}

/** The scope with one of its projects, or with none where that project is not in it. */
export function narrowScope(scope: LogScope, projectId: string | undefined): LogScope {
  if (projectId === undefined) return scope;
  const wanted = projectId.toLowerCase();
  return { ...scope, projectIds: scope.projectIds.filter((id) => id.toLowerCase() === wanted) };
}

/** The condition on project and mode. One project is compared by `=`, so that ClickHouse reads in the table's order. */
export function scopedProjects(scope: LogScope): Sql {
  const [only, ...others] = scope.projectIds;
  const projects =
    only !== undefined && others.length === 0
      ? sql`project_id = ${bound('UUID', only)}`
      : sql`project_id IN ${bound('Array(UUID)', scope.projectIds)}`;
  return sql`${projects} AND mode = ${bound('String', scope.mode)} AND project_id != toUUID('00000000-0000-0000-0000-000000000000')`;
}

/**
 * `FROM logs WHERE …` of all that the scope sees and that has not expired on `day` (YYYY-MM-DD). Rows of the zero
 * project are tombstones of the consumer.
 */
export function scopedLogs(scope: LogScope, day: string): Sql {
  return sql`FROM logs WHERE ${scopedProjects(scope)} AND expires_on >= ${bound('Date', day)}`;
}
