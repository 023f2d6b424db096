// What a load asks before it begins: whether the intake is one, and takes the key. Hours of refusals would tell no more.
import { PUBLIC_KEY_HEADER } from '@sazabi/contract';
import { CliError } from '../cli-error.ts';
import { withSlash } from '../http/api-client.ts';
import { failureMessageOf, type PresentedKey, unreachable } from '../http/problems.ts';
import { USER_AGENT } from '../version.ts';

const ANSWER_TIMEOUT_MS = 10_000;
/** A load may well begin at an intake that has too much to do; it tells how often. */
const MAY_PASS = (status: number): boolean => status === 429 || status >= 500;

/**
 * Sends no logs, an empty array, which is accepted as such. Resolves with what the intake says where it refuses that for now, else null.
 * @throws CliError where it refuses it for good, or is none
 */
export async function expectAccepted(intakeUrl: string, key: PresentedKey): Promise<string | null> {
  const response = await fetch(new URL('v1/logs', withSlash(intakeUrl)), {
    method: 'POST',
    headers: { [PUBLIC_KEY_HEADER]: key.text, 'content-type': 'application/json', 'user-agent': USER_AGENT },
    body: '[]',
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw unreachable('the intake', intakeUrl, 'SAZABI_INTAKE_URL', error);
  });
  const body = await response.text().catch(() => '');
  const { status } = response;
  if (status === 202) return null;
  if (MAY_PASS(status)) return failureMessageOf(status, intakeUrl, body, key);
  const hint = status === 404 ? '\nIs SAZABI_INTAKE_URL the address of the intake? It is not the API’s.' : '';
  throw new CliError(`Nothing was loaded: ${failureMessageOf(status, intakeUrl, body, key)}${hint}`);
}
