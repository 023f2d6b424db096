// What each child gets of the environment: an allow-list, so that no secret reaches a process that has no use for it.
import { BUS_VARIABLES, CLUSTER_VARIABLES } from '@sazabi/lifecycle';

/** What a Node process needs of its surroundings. */
const SURROUNDINGS = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TZ',
  'LANG',
  'NODE_EXTRA_CA_CERTS',
  'NODE_ENV',
  'NODE_COMPILE_CACHE',
  'NODE_DISABLE_COMPILE_CACHE',
];

/** Settings that a service reads and that standalone does not decide itself. */
export const PASSED_ON = {
  intake: [
    'HOST',
    ...BUS_VARIABLES,
    'SPOOL_MAX_MIB',
    'RATE_LIMIT_MAX_PER_MINUTE',
    'TRUSTED_PROXIES',
    'TLS_CERT_FILE',
    'TLS_KEY_FILE',
  ],
  consumer: [...BUS_VARIABLES, ...CLUSTER_VARIABLES],
  'query-api': [
    'HOST',
    ...BUS_VARIABLES,
    ...CLUSTER_VARIABLES,
    'MAINTENANCE_INTERVAL_MINUTES',
    'DATABASE_URL',
    'API_PUBLIC_URL',
    'RATE_LIMIT_MAX_PER_MINUTE',
    'TRUSTED_PROXIES',
    'TLS_CERT_FILE',
    'TLS_KEY_FILE',
    'BOOTSTRAP_PUBLIC_KEY',
    'BOOTSTRAP_SECRET_KEY',
  ],
} as const satisfies Record<string, readonly string[]>;

export type ServiceName = keyof typeof PASSED_ON;

/** The child's whole environment: what is passed on, then what standalone decides. */
export function childEnvironment(
  service: ServiceName,
  environment: NodeJS.ProcessEnv,
  decided: Readonly<Record<string, string | number>>,
): Readonly<Record<string, string>> {
  const child: Record<string, string> = {};
  for (const name of [...SURROUNDINGS, ...PASSED_ON[service]]) {
    const value = environment[name];
    if (value !== undefined) child[name] = value;
  }
  for (const [name, value] of Object.entries(decided)) child[name] = String(value);
  return child;
}
