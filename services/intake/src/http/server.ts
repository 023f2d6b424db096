// The public port: uWebSockets with its limits, one handler for every path, and the order in which it stops.
import { StartupError } from '@sazabi/lifecycle';
import { CONNECTIONS_MAX } from '../limits.ts';
import type { IntakeCounts } from '../metrics.ts';
import { loadUws, type UwsRequest, type UwsResponse } from './uws.ts';

export interface ServerOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly counts: IntakeCounts;
  readonly handle: (response: UwsResponse, request: UwsRequest) => void;
}

export interface Server {
  readonly url: string;
  /** No new connections; those that are open go on. */
  stopListening(): void;
  /** Ends every connection. */
  close(): void;
}

/** Listens. @throws StartupError when the port cannot be had or the certificate cannot be read */
export function startServer(options: ServerOptions): Promise<Server> {
  const { host, port, tls, counts } = options;
  const uws = loadUws();
  const app =
    tls === null ? uws.App() : openTls(() => uws.SSLApp({ key_file_name: tls.keyFile, cert_file_name: tls.certFile }));
  const onConnection = (response: UwsResponse, count: number) => {
    counts.connections += count;
    if (count < 0 || counts.connections <= CONNECTIONS_MAX) return;
    counts.connectionsRefused += 1;
    response.close();
  };
  app.filter(onConnection);
  app.any('/*', options.handle);
  return new Promise((resolve, reject) => {
    // Exclusively: uWebSockets shares its port by default, and a second intake would silently take half of the requests.
    app.listen(host, port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
      if (socket === false) {
        reject(
          new StartupError(
            `Port ${port} on ${host} cannot be listened on: stop what listens there, or set INTAKE_PORT to another (0 = any) or HOST to an address of this machine.`,
          ),
        );
        return;
      }
      const address = host.includes(':') ? `[${host}]` : host;
      let listening = true;
      resolve({
        url: `${tls === null ? 'http' : 'https'}://${address}:${uws.us_socket_local_port(socket)}`,
        stopListening() {
          if (listening) uws.us_listen_socket_close(socket);
          listening = false;
        },
        close() {
          app.close();
          listening = false;
        },
      });
    });
  });
}

function openTls<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new StartupError('TLS_CERT_FILE and TLS_KEY_FILE cannot be read as a certificate and its key (PEM).', {
      cause: error,
    });
  }
}
