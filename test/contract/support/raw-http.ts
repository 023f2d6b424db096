// Bytes to a port as they are, for what no HTTP client would send.
import { connect } from 'node:net';

const ANSWER_DEADLINE_MS = 15_000;

/** The first line of the answer, and all of it. @throws Error where the connection gives none in time */
export function sendRaw(url: string, text: string): Promise<{ readonly status: number; readonly text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(text));
    let answer = '';
    const settle = () => {
      socket.destroy();
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
      if (Number.isNaN(status)) reject(new Error(`no answer to ${JSON.stringify(text.slice(0, 80))}`));
      else resolve({ status, text: answer });
    };
    socket.setEncoding('latin1').on('data', (part: string) => {
      answer += part;
      if (answer.includes('\r\n\r\n')) settle();
    });
    socket.on('close', settle).on('error', settle);
    socket.setTimeout(ANSWER_DEADLINE_MS, settle);
  });
}
