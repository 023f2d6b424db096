// The public HTTP server: what holds for every call, before and after its route.

import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { REQUEST_ID_HEADER, requestIdFrom } from '@sazabi/contract';
import { type Logger, StartupError } from '@sazabi/lifecycle';
import { type FastifyBaseLogger, type FastifyInstance, fastify, type RawServerDefault } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../config.ts';
import { BODY_BYTES_MAX } from '../limits.ts';
import { boundWaitingAnswers } from './answers.ts';
import { CONNECTION_OPTIONS, limitConnections } from './connections.ts';
import { sendFailure } from './failures.ts';
import { single } from './headers.ts';
import { parseJsonBodies } from './json-body.ts';
import { answerUnknownRoutes } from './unknown-routes.ts';

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** A server without routes; request ids, bodies, errors and unknown paths are as the contract says. */
export function createApp(config: Config, logger: Logger): App {
  const tls = config.tls === null ? null : readTls(config.tls);
  const app = fastify({
    logger: false,
    serverFactory: (handler) => {
      const server =
        tls === null
          ? createServer(CONNECTION_OPTIONS, handler)
          : createTlsServer({ ...tls, ...CONNECTION_OPTIONS }, handler);
      limitConnections(server);
      return server;
    },
    // What is not HTTP gets a bare answer: there is no request to answer in the envelope.
    clientErrorHandler: (error, socket) => sendBare(error, socket),
    // While stopping, what comes on a kept connection is still answered, with "connection: close".
    return503OnClosing: false,
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    bodyLimit: BODY_BYTES_MAX,
    genReqId: (request) => requestIdFrom(single(request.headers[REQUEST_ID_HEADER]), uuidv7),
    frameworkErrors: (error, request, reply) => sendFailure(error, request, reply, logger),
  }).withTypeProvider<ZodTypeProvider>();

  app.setValidatorCompiler(validatorCompiler);
  // Answers are checked against their schemas by tests, not again at every request.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((error, request, reply) => sendFailure(error, request, reply, logger));
  app.addHook('onRequest', async (request, reply) => {
    reply.header(REQUEST_ID_HEADER, request.id);
  });
  boundWaitingAnswers(app);
  parseJsonBodies(app);
  answerUnknownRoutes(app);
  return app;
}

function readTls(files: { certFile: string; keyFile: string }): { cert: Buffer; key: Buffer } {
  const read = (variable: string, file: string) => {
    try {
      return readFileSync(file);
    } catch (error) {
      throw new StartupError(`${variable} cannot be read: ${error instanceof Error ? error.message : error}.`, {
        cause: error,
      });
    }
  };
  return { cert: read('TLS_CERT_FILE', files.certFile), key: read('TLS_KEY_FILE', files.keyFile) };
}

function sendBare(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
