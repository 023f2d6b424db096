// What was taken today for each project, here and elsewhere: what daily quotas are held against, in plain numbers.
import type { ProjectTaken, PublicKeyEntry } from './key-entry.ts';
import { QUOTA_REPORT_PROJECTS_MAX } from './limits.ts';
import { dayText, utcDay } from './utc-day.ts';

type Quota = NonNullable<PublicKeyEntry['quota']>;

/** One project on one day; kept by whoever asks for it until the day is over. */
export interface ProjectUse {
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
  /** What this process has taken. */
  logs: number;
  bytes: number;
  /** What others have, as far as it is known. */
  othersLogs: number;
  othersBytes: number;
  /** Whether a request has met a quota of it: then it is reported. */
  isHeld: boolean;
  /** What was reported last; -1 = nothing. */
  reportedLogs: number;
  reportedBytes: number;
}

/** Some projects of one day. */
export interface QuotaReport {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly projects: ProjectTaken[];
}

export interface QuotaUse {
  /** The project's use on the day of `nowMs`. Every project is counted, so that a quota set at noon knows of the morning. */
  of(projectId: string, nowMs: number): ProjectUse;
  /** Projects under a quota whose use has changed since it was taken last, as absolute counts. */
  takeChanged(): QuotaReport[];
  /** Everything, under a quota or not: for whoever counts on after this process. */
  takeAll(): QuotaReport[];
  /** The next {@link takeChanged} has all that is under a quota: what was sent may not have arrived. */
  forgetReported(): void;
  /** What others have taken on that day; other days are passed over. */
  setOthers(day: string, projects: readonly ProjectTaken[]): void;
}

/** Counts of nothing yet. Holds the projects of one day, which are at most those of the snapshot. */
export function createQuotaUse(): QuotaUse {
  let today = 0;
  let uses = new Map<string, ProjectUse>();

  const take = (isWanted: (use: ProjectUse) => boolean): QuotaReport[] => {
    const projects: ProjectTaken[] = [];
    for (const [projectId, use] of uses) {
      if (!isWanted(use)) continue;
      use.reportedLogs = use.logs;
      use.reportedBytes = use.bytes;
      projects.push({ projectId, logs: use.logs, bytes: use.bytes });
    }
    const reports: QuotaReport[] = [];
    for (let from = 0; from < projects.length; from += QUOTA_REPORT_PROJECTS_MAX)
      reports.push({ day: dayText(today), projects: projects.slice(from, from + QUOTA_REPORT_PROJECTS_MAX) });
    return reports;
  };
  return {
    of(projectId, nowMs) {
      const day = utcDay(nowMs);
      if (day !== today) {
        today = day;
        uses = new Map();
      }
      const known = uses.get(projectId);
      if (known !== undefined) return known;
      const use: ProjectUse = {
        day,
        logs: 0,
        bytes: 0,
        othersLogs: 0,
        othersBytes: 0,
        isHeld: false,
        reportedLogs: -1,
        reportedBytes: -1,
      };
      uses.set(projectId, use);
      return use;
    },
    takeChanged: () => take((use) => use.isHeld && (use.logs !== use.reportedLogs || use.bytes !== use.reportedBytes)),
    takeAll: () => take(({ logs }) => logs > 0),
    forgetReported() {
      for (const use of uses.values()) use.reportedLogs = -1;
    },
    setOthers(day, projects) {
      if (day !== dayText(today)) return;
      for (const { projectId, logs, bytes } of projects) {
        const use = uses.get(projectId);
        if (use === undefined) continue;
        use.othersLogs = logs;
        use.othersBytes = bytes;
      }
    },
  };
}

/** Which quota the project has used up, or null. A request that is under it is taken whole, however large. */
export function exhaustedQuota(quota: Quota, use: ProjectUse): 'logs' | 'bytes' | null {
  if (quota.logsPerDay !== null && use.logs + use.othersLogs >= quota.logsPerDay) return 'logs';
  if (quota.bytesPerDay !== null && use.bytes + use.othersBytes >= quota.bytesPerDay) return 'bytes';
  return null;
}
