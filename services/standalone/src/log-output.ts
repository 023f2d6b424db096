// Log lines of all parts on stderr: as they are for programs, readable for a person at a terminal.
import { z } from 'zod';

const logLineSchema = z.object({
  level: z.number(),
  time: z.number(),
  service: z.string().optional(),
  event: z.string().optional(),
  msg: z.string().optional(),
});

const LEVEL_NAMES: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
/** What the short form shows by itself, or what tells a person at a terminal nothing. */
const FIELDS_SHOWN_OTHERWISE = new Set(['level', 'time', 'service', 'event', 'msg', 'pid', 'part', 'reason']);

/** `05:04:03 warn  intake  message (field=value …)`; a line that is no JSON log line is shown with its part's name. */
export function readableLine(part: string, line: string): string {
  const entry = parseLine(line);
  if (entry === null) return `${part}: ${line}`;
  const known = logLineSchema.safeParse(entry);
  if (!known.success) return `${part}: ${line}`;
  const { level, time, service, event, msg } = known.data;
  const rest = Object.entries(entry)
    .filter(([name]) => !FIELDS_SHOWN_OTHERWISE.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  const clock = new Date(time).toTimeString().slice(0, 8);
  const levelName = (LEVEL_NAMES[level] ?? String(level)).padEnd(5);
  return `${clock} ${levelName} ${service ?? part}  ${msg ?? event ?? ''}${rest === '' ? '' : ` (${rest})`}`;
}

function parseLine(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(line));
  } catch {
    return null;
  }
}
