// `sazabi keys verify` as a process; offline, so nothing else is there.
import { generateKey } from '@sazabi/keys';
import { describe, expect, it } from 'vitest';
import { callCli } from '../../testing/call-cli.ts';

describe('keys verify', () => {
  it('tells a whole key from a typo, and never repeats it', async () => {
    const key = generateKey('public', 'test');
    const whole = await callCli(['keys', 'verify', key]);
    expect(whole.code).toBe(0);
    expect(whole.stdout).toContain('a well-formed public key, mode test');
    expect(whole.stdout + whole.stderr).not.toContain(key);
    const typo = await callCli(['keys', 'verify', `${key.slice(0, -1)}_`]);
    expect(typo).toMatchObject({ code: 1, stdout: '' });
    expect(typo.stderr).toContain('Malformed');
  });

  it('reads from stdin, and says it as JSON', async () => {
    const key = generateKey('secret', 'live');
    const ran = await callCli(['keys', 'verify', '-', '--json'], { input: `${key}\n` });
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual({ valid: true, type: 'secret', mode: 'live' });
    const bad = await callCli(['keys', 'verify', 'x', '--json']);
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.stdout)).toEqual({ valid: false });
  });
});
