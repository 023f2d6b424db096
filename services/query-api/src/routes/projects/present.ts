// A project as the API shows it.
import type { ProjectAnswer } from '@sazabi/contract/schemas';
import type { Project } from '@sazabi/control-db';

export function presentProject(project: Project): ProjectAnswer {
  return {
    id: project.id,
    name: project.name,
    retentionDays: project.retentionDays,
    quotas: { bytesPerDay: project.quotaBytesPerDay, logsPerDay: project.quotaLogsPerDay },
    createdAt: project.createdAt.toISOString(),
  };
}
