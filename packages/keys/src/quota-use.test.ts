import { describe, expect, it } from 'vitest';
import { QUOTA_REPORT_PROJECTS_MAX } from './limits.ts';
import { createQuotaUse, exhaustedQuota } from './quota-use.ts';
import { secondsLeftOfDay } from './utc-day.ts';

const NOON_MS = Date.UTC(2026, 5, 1, 12);
const DAY = '2026-06-01';

describe('use of quotas', () => {
  it('is taken up to the quota, with what others have taken, and not at it', () => {
    const use = createQuotaUse().of('p', NOON_MS);
    const quota = { logsPerDay: 10, bytesPerDay: 1_000 };
    expect(exhaustedQuota(quota, use)).toBeNull();
    use.logs = 6;
    use.othersLogs = 3;
    expect(exhaustedQuota(quota, use)).toBeNull();
    use.othersLogs = 4;
    expect(exhaustedQuota(quota, use)).toBe('logs');
    expect(exhaustedQuota({ logsPerDay: null, bytesPerDay: 1_000 }, use)).toBeNull();
    use.bytes = 1_000;
    expect(exhaustedQuota({ logsPerDay: null, bytesPerDay: 1_000 }, use)).toBe('bytes');
    expect(exhaustedQuota({ logsPerDay: null, bytesPerDay: null }, use)).toBeNull();
  });

  it('tells of projects under a quota when they have changed, as absolute counts, and of all at the end', () => {
    const quotas = createQuotaUse();
    const [held, free] = [quotas.of('held', NOON_MS), quotas.of('free', NOON_MS)];
    free.logs = 5;
    held.logs = 2;
    expect(quotas.takeChanged()).toEqual([]);
    held.isHeld = true;
    expect(quotas.takeChanged()).toEqual([{ day: DAY, projects: [{ projectId: 'held', logs: 2, bytes: 0 }] }]);
    expect(quotas.takeChanged()).toEqual([]);
    held.bytes = 7;
    expect(quotas.takeChanged()).toEqual([{ day: DAY, projects: [{ projectId: 'held', logs: 2, bytes: 7 }] }]);
    quotas.forgetReported();
    expect(quotas.takeChanged()).toHaveLength(1);
    expect(quotas.takeAll()[0]?.projects).toHaveLength(2);
  });

  it('a project that is new here is told of before anything was taken: others may have', () => {
    const quotas = createQuotaUse();
    quotas.of('p', NOON_MS).isHeld = true;
    expect(quotas.takeChanged()).toEqual([{ day: DAY, projects: [{ projectId: 'p', logs: 0, bytes: 0 }] }]);
    quotas.setOthers('2026-05-31', [{ projectId: 'p', logs: 9, bytes: 9 }]);
    expect(quotas.of('p', NOON_MS).othersLogs).toBe(0);
    quotas.setOthers(DAY, [
      { projectId: 'p', logs: 9, bytes: 8 },
      { projectId: 'unknown', logs: 1, bytes: 1 },
    ]);
    expect(quotas.of('p', NOON_MS)).toMatchObject({ othersLogs: 9, othersBytes: 8 });
  });

  it('begins anew at midnight UTC, and is told in parts', () => {
    const quotas = createQuotaUse();
    for (let project = 0; project <= QUOTA_REPORT_PROJECTS_MAX; project += 1)
      quotas.of(`p${project}`, NOON_MS).logs = 1;
    expect(quotas.takeAll().map(({ projects }) => projects.length)).toEqual([QUOTA_REPORT_PROJECTS_MAX, 1]);
    expect(quotas.of('p0', NOON_MS + 43_199_999).logs).toBe(1);
    expect(quotas.of('p0', NOON_MS + 43_200_000).logs).toBe(0);
    expect(quotas.takeAll()).toEqual([]);
  });

  it('a day ends at 00:00 UTC', () => {
    expect(secondsLeftOfDay(NOON_MS)).toBe(43_200);
    expect(secondsLeftOfDay(NOON_MS + 43_199_999)).toBe(1);
    expect(secondsLeftOfDay(NOON_MS + 43_200_000)).toBe(86_400);
  });
});
