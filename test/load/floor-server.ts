// The floor that a durable intake is held against: uWebSockets.js that reads each body, parses it and answers. Keeps nothing.
// With `read` as its argument it does not parse.

import { App, us_socket_local_port } from 'uWebSockets.js';
import { gunzipSync } from 'node:zlib';

const parses = process.argv[2] !== 'read';

const app = App();
app.post('/v1/logs', (response, request) => {
  const isGzip = request.getHeader('content-encoding') === 'gzip';
  const chunks: Buffer[] = [];
  response.onAborted(() => undefined);
  response.onData((chunk, last) => {
    if (parses) chunks.push(Buffer.from(chunk.slice(0)));
    if (!last) return;
    if (parses) {
      const body = Buffer.concat(chunks);
      JSON.parse((isGzip ? gunzipSync(body) : body).toString('utf8'));
    }
    response.cork(() => response.writeStatus('202 Accepted').end('{}'));
  });
});
app.listen('127.0.0.1', 0, (socket) => {
  if (socket === false) process.exit(1);
  process.send?.({ url: `http://127.0.0.1:${us_socket_local_port(socket)}/v1/logs` });
});
process.on('disconnect', () => process.exit(0));
