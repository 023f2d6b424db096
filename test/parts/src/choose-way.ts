// Containers or processes: decided once per process of the test run, and said once.
import { get } from 'node:http';
import { type PartsSettings, partsSettings, type Way } from './settings.ts';

const PING_TIMEOUT_MS = 1_000;

let chosen: Promise<Way> | undefined;

/** The way that parts are started in this process. @throws Error where containers are asked for and no engine answers */
export function chosenWay(): Promise<Way> {
  chosen ??= chooseWay(partsSettings()).then((way) => {
    say(`parts for tests: ${way}`);
    return way;
  });
  return chosen;
}

/** {@link chosenWay} without a word. */
export async function chooseWay({ way, engines }: PartsSettings): Promise<Way> {
  if (way === 'processes') return way;
  if ((await Promise.all(engines.map(engineAnswers))).includes(true)) return 'containers';
  if (way === 'containers')
    throw new Error(`SAZABI_TEST_PARTS=containers, but no container engine answers at ${engines.join(' or ')}.`);
  return 'processes';
}

/** Docker's API, which podman serves too: GET /_ping. @param engine `unix:///path` or `tcp://host:port` */
function engineAnswers(engine: string): Promise<boolean> {
  const { protocol, pathname, hostname, port } = new URL(engine);
  const place = protocol === 'unix:' ? { socketPath: pathname } : { host: hostname, port };
  return new Promise((resolve) => {
    const request = get({ ...place, path: '/_ping', timeout: PING_TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/** A line of the test's report. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
