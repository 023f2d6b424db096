// How far back the logs of each project are seen, to the millisecond, on the real engine.
import { randomUUID } from 'node:crypto';
import { logsQuerySchema, logsVolumeSchema } from '@sazabi/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW_MS, startTestStore, type TestStore, testLog } from '../test-store.ts';
import { findLog } from './find-log.ts';
import { logScope, type VisibleProject, visibleFromMs } from './log-scope.ts';
import { queryLogs } from './query-logs.ts';
import { queryVolume } from './query-volume.ts';

const DAY_MS = 86_400_000;
/** Of the logs of every project, before now. */
const AGES_MS = [0, 1, DAY_MS - 1, DAY_MS, DAY_MS + 1, 7 * DAY_MS, 30 * DAY_MS - 1, 30 * DAY_MS, 30 * DAY_MS + 1];
const PROJECTS = Array.from({ length: 5 }, () => randomUUID());
const FOR_EVER = { retentionDays: 3650, hiddenBeforeMs: null, earlierRetentions: [] };

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
  await store.insert(
    PROJECTS.flatMap((project_id) =>
      AGES_MS.map((ageMs, ordinal) =>
        testLog({ project_id, ordinal, received_at: text(ageMs), message: String(ageMs) }),
      ),
    ),
  );
});
afterAll(() => store.close());

function text(ageMs: number): string {
  return new Date(NOW_MS - ageMs).toISOString().replace('T', ' ').replace('Z', '');
}

const scopeOf = (projects: readonly VisibleProject[]) => logScope({ organizationId: 'o', projects, mode: 'live' });

function ask(projects: readonly VisibleProject[], body: object = {}, nowMs = NOW_MS) {
  return queryLogs(store.reader, scopeOf(projects), logsQuerySchema.parse(body), { nowMs });
}

const visibleProject = fc.record({
  id: fc.constantFrom(...PROJECTS),
  retentionDays: fc.constantFrom(1, 2, 7, 30, 31, 3650),
  hiddenBeforeMs: fc.option(fc.constantFrom(...AGES_MS.map((ageMs) => NOW_MS - ageMs))),
  earlierRetentions: fc.constantFrom([], [{ untilMs: NOW_MS - 2 * DAY_MS, days: 1 }]),
});

describe('what a scope shows', () => {
  it('is what was received in each project’s retention and not hidden before, wherever it is asked', async () => {
    const projects = fc.uniqueArray(visibleProject, { selector: ({ id }) => id, minLength: 1 });
    await fc.assert(
      fc.asyncProperty(projects, async (some) => {
        const expected = some.flatMap((project) =>
          AGES_MS.filter((ageMs) => NOW_MS - ageMs >= visibleFromMs(project, NOW_MS)).map(
            (ageMs) => `${project.id} ${ageMs}`,
          ),
        );
        const { data } = await ask(some);
        expect(data.map(({ projectId, message }) => `${projectId} ${message}`).toSorted()).toEqual(expected.toSorted());
        const request = logsVolumeSchema.parse({ from: '-24h', interval: '1d' });
        const volume = await queryVolume(store.reader, scopeOf(some), request, { nowMs: NOW_MS });
        expect(volume.total).toBe(expected.length);
      }),
      { numRuns: 60 },
    );
  });

  it('is nothing of the zero project, whose rows are no logs', async () => {
    const id = '00000000-0000-0000-0000-000000000000';
    await store.insert([testLog({ project_id: id })]);
    expect(scopeOf([{ id, ...FOR_EVER }]).projects).toEqual([]);
    expect((await ask([{ id, ...FOR_EVER }])).data).toEqual([]);
  });

  it('is the same among 10 000 projects, whose ids are more than a parameter holds', async () => {
    const [id = ''] = PROJECTS;
    const others = Array.from({ length: 9999 }, (_, at) => ({ ...FOR_EVER, id: randomUUID(), retentionDays: 1 + at }));
    const some = [...others, { id, ...FOR_EVER }];
    expect((await ask(some)).data).toEqual((await ask([{ id, ...FOR_EVER }])).data);
    expect((await ask(some)).data).toHaveLength(AGES_MS.length);
  });

  it('one log by its id too', async () => {
    const [id = ''] = PROJECTS;
    const { data } = await ask([{ id, ...FOR_EVER }]);
    const old = data.find(({ message }) => message === String(DAY_MS + 1))?.id ?? '';
    const find = (project: VisibleProject) => findLog(store.reader, scopeOf([project]), old, { nowMs: NOW_MS });
    await expect(find({ id, ...FOR_EVER })).resolves.toMatchObject({ id: old });
    await expect(find({ ...FOR_EVER, id, retentionDays: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('stays through all pages of a list, for a day; what is hidden meanwhile is not shown any more', async () => {
    const [id = ''] = PROJECTS;
    const project = { ...FOR_EVER, id, retentionDays: 1 };
    const first = await ask([project], { limit: 2 });
    expect(first.data).toHaveLength(2);
    const next = (nowMs: number, given: Partial<VisibleProject> = {}) =>
      ask([{ ...project, ...given }], { limit: 10, cursor: first.nextCursor }, nowMs);
    expect((await next(NOW_MS + DAY_MS / 2)).data).toHaveLength(2);
    expect((await next(NOW_MS + DAY_MS)).data).toHaveLength(2);
    const late = (await next(NOW_MS + DAY_MS + 2)).data.map(({ message }) => message);
    expect(['0', '1']).toEqual(expect.arrayContaining(late));
    expect((await next(NOW_MS, { hiddenBeforeMs: NOW_MS + 1 })).data).toHaveLength(0);
  });
});
