// The sender as a process of its own, so that neither its memory nor its CPU time is taken for another's: does what its parent says.
import { cpuUsage } from 'node:process';
import { requestBytes, sendRequests } from './send-requests.ts';
import type { SenderAnswer, SenderOrder } from './start-sender.ts';
import { prepareBodies } from './workload.ts';

let bodies: readonly Buffer[] = [];

async function obey(order: SenderOrder): Promise<SenderAnswer> {
  if (order.type === 'prepare') {
    bodies = prepareBodies(order.work);
    return { bytesPerLog: bodies.reduce((sum, body) => sum + body.byteLength, 0) / bodies.length / order.work.batch };
  }
  const url = new URL(order.url);
  const requests = bodies.map((body, at) => requestBytes(url, order.headers[at % order.headers.length] ?? {}, body));
  const before = cpuUsage();
  const startedMs = performance.now();
  const { connections, from, count } = order;
  await sendRequests({ host: url.hostname, port: Number(url.port), connections, requests, from, count });
  const { user, system } = cpuUsage(before);
  return { seconds: (performance.now() - startedMs) / 1000, cpuSeconds: (user + system) / 1e6 };
}

process.on('message', (order: SenderOrder) => {
  obey(order).then(
    (answer) => process.send?.({ answer }),
    (error: Error) => process.send?.({ problem: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
