// biome-ignore-all lint/correctness/noUndeclaredDependencies: k6 brings its modules
// A load on the intake by k6 (https://k6.io): requests at a constant rate, whatever the answers do. Bodies are made beforehand:
//   sazabi load --write-bodies .bench/bodies
//   k6 run -e SAZABI_PUBLIC_KEY=pk_… -e BODIES=$PWD/.bench/bodies -e RATE=20000 test/load/k6.js
// RATE is in logs a second. The key needs to be one without a rate limit: sazabi keys public-keys create --rate-limit none.
// @boundaries-ignore k6 brings it
import http from 'k6/http';
// @boundaries-ignore k6 brings it
import { Counter } from 'k6/metrics';

const setting = (name, otherwise) => __ENV[name] || otherwise;
const url = `${setting('SAZABI_INTAKE_URL', 'http://127.0.0.1:4318')}/v1/logs`;
const folder = setting('BODIES', '../../.bench/bodies');
const about = Object.fromEntries(
  open(`${folder}/about`)
    .trim()
    .split('\n')
    .map((line) => line.split(' ')),
);
const batch = Number(about.batch);
const bodies = Array.from({ length: Number(about.bodies) }, (_, index) => open(`${folder}/${index}`, 'b'));
const headers = { 'x-sazabi-key': __ENV.SAZABI_PUBLIC_KEY, 'content-type': about['content-type'] };
if (about['content-encoding']) headers['content-encoding'] = about['content-encoding'];
const acknowledged = new Counter('logs_acknowledged');

export const options = {
  scenarios: {
    intake: {
      executor: 'constant-arrival-rate',
      rate: Math.max(1, Math.round(Number(setting('RATE', '20000')) / batch)),
      timeUnit: '1s',
      duration: setting('DURATION', '30s'),
      preAllocatedVUs: 64,
      maxVUs: 512,
    },
  },
  summaryTrendStats: ['med', 'p(90)', 'p(99)', 'p(99.9)', 'max'],
  // What could not be sent in time shows as dropped_iterations.
  thresholds: { http_req_failed: ['rate==0'] },
};
http.setResponseCallback(http.expectedStatuses(202));

export default function () {
  const { status } = http.post(url, bodies[(__VU * 17 + __ITER) % bodies.length], { headers });
  if (status === 202) acknowledged.add(batch);
}
