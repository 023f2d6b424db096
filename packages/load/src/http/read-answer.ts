// Reads one HTTP/1.1 answer from the bytes of a connection that has one request under way (RFC 9112).

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** The server closes the connection behind it. */
  readonly closes: boolean;
}

/** The answer has not come whole. */
export const INCOMPLETE = null;
const HEAD_END = Buffer.from('\r\n\r\n', 'latin1');
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})/;

/** @throws SyntaxError where the bytes are no HTTP answer */
export function readAnswer(bytes: Buffer): Answer | typeof INCOMPLETE {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return INCOMPLETE;
  const head = bytes.toString('latin1', 0, headEnd);
  const [, minor, code] = STATUS_LINE.exec(head) ?? [];
  if (code === undefined) throw new SyntaxError('The answer is not HTTP/1.1.');
  const status = Number(code);
  const bodyAt = headEnd + HEAD_END.length;
  // 100 Continue, 103 Early Hints: the answer comes behind them.
  if (status < 200) return readAnswer(bytes.subarray(bodyAt));
  const closes = minor === '0' || /\r\nconnection: *close/i.test(head);
  if (status === 204 || status === 304) return { status, body: bytes.subarray(bodyAt, bodyAt), closes };
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const end = bodyAt + Number(length);
    return bytes.length < end ? INCOMPLETE : { status, body: bytes.subarray(bodyAt, end), closes };
  }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const body = readChunks(bytes, bodyAt);
    return body === INCOMPLETE ? INCOMPLETE : { status, body, closes };
  }
  throw new SyntaxError('The answer does not say how long it is.');
}

/** Servers behind a proxy may answer in chunks (RFC 9112, section 7.1). */
function readChunks(bytes: Buffer, from: number): Buffer | typeof INCOMPLETE {
  const chunks: Buffer[] = [];
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
    if (lineEnd < 0) return INCOMPLETE;
    const length = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(length)) throw new SyntaxError('A chunk of the answer has no length.');
    const chunkAt = lineEnd + 2;
    if (bytes.length < chunkAt + length + 2) return INCOMPLETE;
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(chunkAt, chunkAt + length));
    at = chunkAt + length + 2;
  }
}
