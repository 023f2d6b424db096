// Whether a scope sees a row, without the store: the twin of scopedLogs().
import { type LogScope, visibleFromMs } from '../query/log-scope.ts';

/** Of each project of the scope, from which time received on (milliseconds since 1970) its rows are seen at `atMs`. */
export function visibleFromByProject(scope: LogScope, atMs: number): ReadonlyMap<string, number> {
  return new Map(scope.projects.map((project) => [project.id.toLowerCase(), visibleFromMs(project, atMs)]));
}
