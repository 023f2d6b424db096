// A server in a container of its own: killed, stopped for a while and started again at the same address on the same data.
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { START_DEADLINE_MS } from '../limits.ts';
import type { TestPart } from '../test-part.ts';
import { waitFor } from '../wait-for.ts';

export interface ContainerOptions {
  readonly image: string;
  /** Inside. */
  readonly port: number;
  /** On 127.0.0.1; the same after each start. */
  readonly hostPort: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  answers(): Promise<boolean>;
}

/** Starts it and waits until it answers. testcontainers' reaper removes it when this process is gone. */
export async function startContainer(options: ContainerOptions): Promise<TestPart> {
  const { image, port, hostPort } = options;
  const container = new GenericContainer(image)
    .withEnvironment(options.environment)
    .withExposedPorts({ container: port, host: hostPort })
    .withStartupTimeout(START_DEADLINE_MS)
    // Not the image's health check, which engines without systemd do not run; whether it answers is asked below.
    .withWaitStrategy(Wait.forListeningPorts());
  if (options.command !== undefined) container.withCommand([...options.command]);
  const started = await container.start();
  const { container: client } = await getContainerRuntimeClient();
  const handle = client.getById(started.getId());
  const answers = () => waitFor(`${image} answers`, () => options.answers(), START_DEADLINE_MS);
  const part: TestPart = {
    async kill() {
      await handle.kill({ signal: 'SIGKILL' });
      const stopped = async () => !(await client.inspect(handle)).State.Running;
      await waitFor(`${image} is killed`, stopped, START_DEADLINE_MS);
    },
    async start() {
      await client.start(handle);
      await answers();
    },
    // Not the engine's pause: it needs cgroups, which an engine inside a container may not have.
    async pause() {
      await signalInside(started, 'STOP');
      await handle.kill({ signal: 'SIGSTOP' });
    },
    async resume() {
      await handle.kill({ signal: 'SIGCONT' });
      await signalInside(started, 'CONT');
    },
    pids: () => [],
    async remove() {
      await handle.remove({ force: true, v: true });
    },
  };
  try {
    await answers();
    return part;
  } catch (error) {
    await part.remove();
    throw error;
  }
}

/** To every process of the container but its first, which takes such signals from outside only. */
async function signalInside(container: StartedTestContainer, signal: 'STOP' | 'CONT'): Promise<void> {
  await container.exec(['sh', '-c', `kill -${signal} -1`]);
}
