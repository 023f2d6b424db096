// Whether this machine can run a broker at all.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chooseWay, say } from './choose-way.ts';
import { partsSettings } from './settings.ts';

const JAVA_MAJOR_MIN = 17;

/** True where neither a container engine nor Java and Maven are there, after a line that says what to install; in CI never. */
export function kafkaIsMissing(): Promise<boolean> {
  missing ??= look();
  return missing;
}

let missing: Promise<boolean> | undefined;

async function look(): Promise<boolean> {
  const settings = partsSettings();
  if (settings.ci || (await chooseWay(settings)) === 'containers') return false;
  if (javaMajor() >= JAVA_MAJOR_MIN && isOnPath('mvn')) return false;
  say(
    `Tests with Kafka are left out, for there is none: install Docker, or Java ${JAVA_MAJOR_MIN} or newer and Maven.`,
  );
  return true;
}

/** 0 where there is none: macOS has a java that only says where to get one. */
function javaMajor(): number {
  const { stderr, status } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return status === 0 ? Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0) : 0;
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}
