// What each project has of what all share: the time of the process, and the room for bodies.
import type { ProjectUse } from '@sazabi/keys';
import { type BytesBudget, type BytesRoom, createBudgetShare } from '../bytes-budget.ts';
import { type LoadShare, newLoadShare } from './load-shedding.ts';

export interface ProjectPart {
  readonly share: LoadShare;
  readonly bodies: BytesRoom;
}

/** The part of a project, the same for all of its keys; held as long as the project's use of the day. */
export function createProjectParts(bodyBytes: BytesBudget): (project: ProjectUse) => ProjectPart {
  const parts = new WeakMap<ProjectUse, ProjectPart>();
  return (project) => {
    const known = parts.get(project);
    if (known !== undefined) return known;
    const part = { share: newLoadShare(), bodies: createBudgetShare(bodyBytes) };
    parts.set(project, part);
    return part;
  };
}
