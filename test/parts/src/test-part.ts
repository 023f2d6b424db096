// What every part gives a test, whether it runs in a container or as a child process.

/** A server of a test's own on loopback, with its data in a folder of its own. Ends with the test process at the latest. */
export interface TestPart {
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** After kill: the same address, the same data; resolves when it answers. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT to all its processes; sent when this returns where they are ours, when it resolves where it is a container's. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Of the server's processes, for measurements; empty where it runs in a container. */
  pids(): readonly number[];
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
}

export interface KafkaOptions {
  /** Of server.properties; they win over those of the test broker. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Default: a free one. */
  readonly port?: number;
}

export interface TestKafka extends TestPart {
  /** `127.0.0.1:port` */
  readonly broker: string;
  /** `kafka://127.0.0.1:port` */
  readonly url: string;
}

export interface TestPostgres extends TestPart {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** Makes an empty database; its URL: `postgres://user:password@127.0.0.1:port/name`. */
  createDatabase(): Promise<string>;
}
