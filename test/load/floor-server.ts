// The floor that a durable intake is held against: uWebSockets.js that reads each body, parses it and answers. Keeps nothing.
import { App, us_socket_local_port } from 'uWebSockets.js';

const app = App();
app.post('/v1/logs', (response) => {
  const chunks: Buffer[] = [];
  response.onAborted(() => undefined);
  response.onData((chunk, last) => {
    chunks.push(Buffer.from(chunk.slice(0)));
    if (!last) return;
    JSON.parse(Buffer.concat(chunks).toString('utf8'));
    response.cork(() => response.writeStatus('202 Accepted').end('{}'));
  });
});
app.listen('127.0.0.1', 0, (socket) => {
  if (socket === false) process.exit(1);
  process.send?.({ url: `http://127.0.0.1:${us_socket_local_port(socket)}/v1/logs` });
});
process.on('disconnect', () => process.exit(0));
