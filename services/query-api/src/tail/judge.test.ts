// Tails end with their key whether or not it can be looked up, and hundreds of one organization are compared once.
import type { ContractError } from '@sazabi/contract';
import { logScope } from '@sazabi/log-store';
import { expect, it } from 'vitest';
import type { Caller, Stands } from '../tenancy.ts';
import { createJudge, type JudgedTail, type Visible } from './judge.ts';

const LOGGER = { debug: () => undefined };
const SOON_MS = 50;

function callerOf(keyId: string, expiresAtMs: number | null): Caller {
  return {
    organizationId: 'o',
    organizationName: 'o',
    keyId,
    keyName: keyId,
    keyPrefix: keyId,
    mode: 'live',
    scopes: ['logs:read'],
    rateLimitPerMinute: null,
    expiresAtMs,
    origin: null,
    actor: { type: 'secret_key', keyId, address: '127.0.0.1', userAgent: '' },
  };
}

function openTail(caller: Caller) {
  let visible: Visible = new Map();
  let ended: ContractError | undefined;
  const tail: JudgedTail = {
    request: { caller, projectId: undefined },
    visible: () => visible,
    see(now) {
      visible = now;
    },
    end(error) {
      ended = error;
    },
  };
  return { tail, visible: () => visible, ended: () => ended?.code };
}

const stands = (expiresAtMs: number | null): Stands => ({
  scope: logScope({
    organizationId: 'o',
    projects: [{ id: 'a', retentionDays: 1, hiddenBeforeMs: null, earlierRetentions: [] }],
    mode: 'live',
  }),
  expiresAtMs,
});

it('a key ends by the clock while the control store is away, or does not answer at all', async () => {
  for (const standing of [() => Promise.reject(new Error('away')), () => new Promise<never>(() => undefined)]) {
    const [ending, lasting] = [openTail(callerOf('1', Date.now() + SOON_MS)), openTail(callerOf('2', null))];
    const judge = createJudge(new Set([ending.tail, lasting.tail]), { standing }, LOGGER);
    void judge.look();
    expect(ending.ended()).toBeUndefined();
    await expect
      .poll(() => {
        void judge.look();
        return ending.ended();
      })
      .toBe('API_KEY_EXPIRED');
    expect(lasting.ended()).toBeUndefined();
  }
});

it('the expiry that was looked up last counts: a rotation shortens it', async () => {
  const { tail, ended } = openTail(callerOf('1', null));
  let isAway = false;
  const standing = async () => {
    if (isAway) throw new Error('away');
    return () => stands(Date.now() + SOON_MS);
  };
  const judge = createJudge(new Set([tail]), { standing }, LOGGER);
  await judge.look();
  isAway = true;
  await expect
    .poll(async () => {
      await judge.look();
      return ended();
    })
    .toBe('API_KEY_EXPIRED');
});

it('tails of an organization, whatever their keys, see what was made once for all of them', async () => {
  const tails = Array.from({ length: 5 }, (_, at) => openTail(callerOf(String(at), null)));
  const judge = createJudge(
    new Set(tails.map(({ tail }) => tail)),
    { standing: async () => () => stands(null) },
    LOGGER,
  );
  await judge.look();
  expect([...(tails[0]?.visible().keys() ?? [])]).toEqual(['a']);
  expect(new Set(tails.map(({ visible }) => visible()))).toHaveProperty('size', 1);
});
