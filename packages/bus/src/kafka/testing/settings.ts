// Settings of a bus for one test: topics and a group of its own.
import type { KafkaSettings } from '../kafka-settings.ts';

/** @param name of the topic; the dead letters' and the group's derive from it */
export function kafkaSettings(name: string, changes: Partial<KafkaSettings> = {}): KafkaSettings {
  return {
    topic: name,
    deadLetterTopic: `${name}.dead-letters`,
    groupId: `${name}.group`,
    partitions: 1,
    replicationFactor: null,
    minInsyncReplicas: null,
    retentionMs: 3_600_000,
    sessionTimeoutMs: 6_000,
    tls: null,
    sasl: null,
    ...changes,
  };
}
