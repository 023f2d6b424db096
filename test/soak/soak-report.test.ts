// The soak's verdict: each thing that must not be makes it fail, and an outage's own answers do not.
import { describe, expect, it } from 'vitest';
import { judge, type SoakReport } from './soak-report.ts';

const KILLS_MIN = 3;
const good: SoakReport = {
  seed: 1,
  seconds: 60,
  sent: 10,
  acknowledged: 9,
  stored: 10,
  missing: [],
  doubled: [],
  foreign: [],
  deadLettered: 0,
  kills: new Map([
    ['intake', 2],
    ['store', 1],
  ]),
  stops: new Map(),
  refusals: new Map([
    ['503', 4],
    ['none: ECONNREFUSED', 2],
  ]),
  answers: new Map([
    ['200', 5],
    ['504', 1],
  ]),
  longestWithout202Ms: 10,
  ownEnds: [],
  memory: [],
};

describe('the verdict of a soak', () => {
  it('is good where all is stored once and only outages were seen', () => {
    expect(judge(good, KILLS_MIN)).toEqual([]);
  });

  it.each<[string, Partial<SoakReport>]>([
    ['a log that is missing', { missing: ['a'] }],
    ['a log that is doubled', { doubled: ['a'] }],
    ['a log in a place where nobody sent it', { foreign: ['a'] }],
    ['a dead letter', { deadLettered: 1 }],
    ['a process that ended by itself', { ownEnds: ['api-1 ended by itself: code 1'] }],
    ['an answer of the intake that is none of an outage', { refusals: new Map([['401', 1]]) }],
    ['an answer of the API that is none of an outage', { answers: new Map([['500', 1]]) }],
    ['too few kills', { kills: new Map([['intake', KILLS_MIN - 1]]) }],
    ['a load that was never answered', { acknowledged: 0 }],
  ])('is bad for %s', (_, found) => {
    expect(judge({ ...good, ...found }, KILLS_MIN)).toHaveLength(1);
  });
});
