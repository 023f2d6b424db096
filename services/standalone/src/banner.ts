// What a person reads when everything is up: addresses, the first keys, and two lines to paste.
import type { FirstKeys } from './first-keys.ts';

export interface BannerFacts {
  readonly intakeUrl: string;
  readonly apiUrl: string;
  readonly dataDir: string;
  /** `shown`: they stand in the banner; `in-file`: the lines to paste read them from there; `known`: not the first start. */
  readonly keys:
    | { readonly kind: 'shown'; readonly keys: FirstKeys }
    | { readonly kind: 'in-file'; readonly file: string }
    | { readonly kind: 'known' };
  readonly terminal: boolean;
}

/** The banner, with a line end after its last line. */
export function banner(facts: BannerFacts): string {
  const { intakeUrl, apiUrl, keys } = facts;
  const lines = [
    '',
    '  Sazabi is running.',
    '',
    `  Logs in   ${intakeUrl}   POST /v1/logs, /v1/events`,
    `  API       ${apiUrl}   docs: ${apiUrl}/docs`,
    `  Data      ${facts.dataDir}`,
    '',
    ...keyLines(facts),
  ];
  if (keys.kind === 'known') {
    lines.push(
      '  A new key (SAZABI_SECRET_KEY set):  npm run -s sazabi -- keys public-keys create --name "My app"',
      '',
    );
  } else {
    const publicKey =
      keys.kind === 'shown'
        ? `'x-sazabi-key: ${keys.keys.publicKey}'`
        : fromFile('x-sazabi-key', 'publicKey', keys.file);
    const secretKey =
      keys.kind === 'shown'
        ? `'x-sazabi-secret-key: ${keys.keys.secretKey}'`
        : fromFile('x-sazabi-secret-key', 'secretKey', keys.file);
    lines.push(
      '  Send a log:',
      `    curl -sS ${intakeUrl}/v1/logs -H ${publicKey} -H 'content-type: application/json' -d '{"level":"info","service":"shop","message":"Hello, Sazabi"}'`,
      '  Read it back (it is found within two seconds):',
      `    curl -sS ${apiUrl}/logs/query -H ${secretKey} -H 'content-type: application/json' -d '{"search":{"query":"hello","mode":"all"}}'`,
      '',
    );
  }
  if (facts.terminal) lines.push('  Ctrl-C stops it.', '');
  return `${lines.join('\n')}\n`;
}

function keyLines({ keys }: BannerFacts): readonly string[] {
  switch (keys.kind) {
    case 'shown':
      return [
        '  Your first keys, shown only now; keep them:',
        `    public key   ${keys.keys.publicKey}   writes logs, may be shown to anyone`,
        `    secret key   ${keys.keys.secretKey}   reads and manages, stays on your servers`,
        '',
      ];
    case 'in-file':
      return [`  The first keys are in ${keys.file}; move them to a safe place.`, ''];
    case 'known':
      return [];
  }
}

/** A header whose value the shell takes from the file when the line is run, so that no key is ever in a container's log. */
function fromFile(header: string, name: string, file: string): string {
  return `"${header}: $(sed -n 's/.*"${name}": "\\(.*\\)".*/\\1/p' ${shellQuoted(file)})"`;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
