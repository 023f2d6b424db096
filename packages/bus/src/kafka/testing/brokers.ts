// A broker with a fault proxy before it, and a way around the proxy.
import { chooseFreePort, startKafkaProcess, type TestKafka } from '@sazabi/test-parts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

export interface ProxiedKafka {
  readonly kafka: TestKafka;
  readonly proxy: FaultProxy;
  /** Through the proxy, whatever is connected to: the broker names itself by the proxy's address there. */
  readonly url: string;
  /** Past the proxy. */
  readonly directUrl: string;
  readonly directBroker: string;
  remove(): Promise<void>;
}

/** @param properties of the broker, beside its listeners. Sessions may be as short as 500 ms. */
export async function startProxiedKafka(properties: Readonly<Record<string, string>> = {}): Promise<ProxiedKafka> {
  const [port, behindPort, controllerPort] = [await chooseFreePort(), await chooseFreePort(), await chooseFreePort()];
  const proxy = await startFaultProxy(behindPort);
  const kafka = await startKafkaProcess({
    port,
    properties: {
      listeners: `PLAINTEXT://127.0.0.1:${port},PROXIED://127.0.0.1:${behindPort},CONTROLLER://127.0.0.1:${controllerPort}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},PROXIED://127.0.0.1:${proxy.port}`,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      'group.min.session.timeout.ms': '500',
      ...properties,
    },
  });
  return {
    kafka,
    proxy,
    url: `kafka://127.0.0.1:${proxy.port}`,
    directUrl: kafka.url,
    directBroker: kafka.broker,
    async remove() {
      await proxy.close();
      await kafka.remove();
    },
  };
}
