// biome-ignore-all lint/correctness/noUndeclaredDependencies: k6 brings its modules
// A load on the intake by k6 (https://k6.io): requests at a constant rate, whatever the answers do. Bodies are made beforehand:
//   sazabi load --write-bodies .bench/bodies
//   SAZABI_PUBLIC_KEY=pk_… RATE=20000 DURATION=30s k6 run test/load/k6.js
// RATE is in logs a second, SAZABI_INTAKE_URL another intake, BODIES another folder as seen from here. The key needs to be one
// without a rate limit: sazabi keys public-keys create --rate-limit none.
// @boundaries-ignore k6 brings it
import http from 'k6/http';
// @boundaries-ignore k6 brings it
import { Counter } from 'k6/metrics';

const setting = (name, otherwise) => __ENV[name] || otherwise;
const url = `${setting('SAZABI_INTAKE_URL', 'http://127.0.0.1:4318')}/v1/logs`;
const folder = setting('BODIES', '../../.bench/bodies');
const key = setting('SAZABI_PUBLIC_KEY');
if (!key)
  throw new Error(
    'No key: export SAZABI_PUBLIC_KEY=$(npx sazabi keys public-keys create --name load --rate-limit none)',
  );

function read(name, mode) {
  try {
    return open(`${folder}/${name}`, mode);
  } catch {
    const from = 'a relative BODIES is seen from test/load';
    throw new Error(
      `No bodies in ${folder} (${from}): npx sazabi load --write-bodies ${setting('BODIES', '.bench/bodies')}`,
    );
  }
}
const about = Object.fromEntries(
  read('about')
    .trim()
    .split('\n')
    .map((line) => line.split(' ')),
);
const batch = Number(about.batch);
// All 64 (1.8 MiB) in each of 512 virtual users took 1.5 GB, one in each 0.3. They open what was opened here, before there were any.
if (__VU === 0) for (let index = 0; index < about.bodies; index++) read(index, 'b');
const body = read(__VU % about.bodies, 'b');
const headers = { 'x-sazabi-key': key, 'content-type': about['content-type'] };
if (about['content-encoding']) headers['content-encoding'] = about['content-encoding'];
const acknowledged = new Counter('logs_acknowledged');

export const options = {
  scenarios: {
    intake: {
      executor: 'constant-arrival-rate',
      rate: setting('RATE', '20000'),
      timeUnit: `${batch}s`,
      duration: setting('DURATION', '30s'),
      // All from the start: to make one more while it runs drops iterations.
      preAllocatedVUs: 512,
    },
  },
  summaryTrendStats: ['med', 'p(90)', 'p(99)', 'p(99.9)', 'max'],
  // What could not be sent in time shows as dropped_iterations.
  thresholds: { http_req_failed: ['rate==0'] },
};
http.setResponseCallback(http.expectedStatuses(202));

/** No logs, which is accepted where the intake is there and takes the key. */
export function setup() {
  const answer = http.post(url, '[]', {
    headers: { 'x-sazabi-key': key, 'content-type': 'application/json' },
    responseCallback: null,
  });
  if (answer.status === 202) return;
  throw new Error(
    `Nothing was loaded. ${url} (SAZABI_INTAKE_URL): ${answer.error || `${answer.status} ${answer.body}`}`,
  );
}

export default function () {
  const { status } = http.post(url, body, { headers });
  if (status === 202) acknowledged.add(batch);
}
