// Section 6 of the contract: sazabi logs tail.
import { startSazabi } from '@sazabi/cli/testing';
import { expect, inject, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { newOrganization, send } from './support/organization.ts';

it('sazabi logs tail', async () => {
  const own = await newOrganization();
  const environment = { SAZABI_API_URL: inject('contractSystem').apiUrl, SAZABI_SECRET_KEY: own.secretKey };
  const tail = startSazabi(['logs', 'tail', '--filter', 'service=tailed', '--json'], environment);
  let out = '';
  tail.stdout.setEncoding('utf8').on('data', (part: string) => {
    out += part;
  });
  const ended = new Promise<number | null>((resolve) => tail.on('close', resolve));
  try {
    // Until it is open nothing tells: so logs are sent until one comes.
    await waitFor(
      'a log comes',
      async () => {
        await send(own.publicKey, { message: 'tailed', service: 'tailed' });
        return out.includes('tailed');
      },
      30_000,
    );
  } finally {
    tail.kill('SIGINT');
  }
  expect(await ended).toBe(0);
  expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({ message: 'tailed' });
});
