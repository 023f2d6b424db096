// Levels: text of many loggers, and the numbers of pino, syslog and OpenTelemetry, to one severity number and its name.

/** Severity where a log says nothing: OpenTelemetry's INFO. */
export const SEVERITY_DEFAULT = 9;
export const SEVERITY_MAX = 24;

/** The canonical names; each has four severity numbers (OpenTelemetry logs data model, "Severity Fields"). */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** The place in LEVELS of a severity number of 1 to 24. */
export function levelIndexOf(severity: number): number {
  return (severity - 1) >> 2;
}

// The words in use by the loggers of Go, Java, JavaScript, .NET, PHP, Python and by syslog (RFC 5424, 6.2.1). Syslog's upper
// three are all fatal, in their order, so that no level of a program that knows both words and digits changes rank.
const WORDS: Readonly<Record<number, readonly string[]>> = {
  1: ['trace', 'trc', 't', 'trace1', 'verbose', 'v', 'silly', 'finest', 'finer'],
  2: ['trace2'],
  3: ['trace3'],
  4: ['trace4'],
  5: ['debug', 'dbg', 'd', 'debug1', 'fine'],
  6: ['debug2'],
  7: ['debug3'],
  8: ['debug4'],
  9: ['info', 'inf', 'i', 'info1', 'information', 'informational'],
  10: ['info2', 'notice'],
  11: ['info3'],
  12: ['info4'],
  13: ['warn', 'wrn', 'w', 'warn1', 'warning'],
  14: ['warn2'],
  15: ['warn3'],
  16: ['warn4'],
  17: ['error', 'err', 'eror', 'e', 'error1', 'severe'],
  18: ['error2'],
  19: ['error3'],
  20: ['error4'],
  21: ['fatal', 'ftl', 'f', 'fatal1', 'critical', 'crit', 'panic', 'dpanic'],
  22: ['fatal2', 'alert'],
  23: ['fatal3', 'emergency', 'emerg'],
  24: ['fatal4'],
};

/** By word, each in the spellings that are common: lower case, upper case, capitalized. */
export const SEVERITY_BY_WORD = new Map<string, number>();
for (const [severity, words] of Object.entries(WORDS)) {
  for (const word of words) {
    for (const spelling of [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]) {
      SEVERITY_BY_WORD.set(spelling, Number(severity));
    }
  }
}

/** Longer text is no level: it is not lowered for a look-up that cannot succeed. */
const WORD_LENGTH_MAX = 16;
const PINO = [10, 20, 30, 40, 50, 60];
const PINO_SEVERITY = [1, 5, 9, 13, 17, 21];
/** Emergency, alert, critical, error, warning, notice, informational, debug. */
const SYSLOG_SEVERITY = [23, 22, 21, 17, 13, 10, 9, 5];

/** The severity of a level's text in any case and with spaces around it, or 0 where it is unknown. */
export function severityOfText(text: string): number {
  const known = SEVERITY_BY_WORD.get(text);
  if (known !== undefined) return known;
  if (text.length > WORD_LENGTH_MAX) return 0;
  const word = text.trim().toLowerCase();
  const lowered = SEVERITY_BY_WORD.get(word);
  if (lowered !== undefined) return lowered;
  return /^[0-9]{1,2}$/.test(word) ? severityOfLevelNumber(Number(word)) : 0;
}

/** The severity of a level's number: 10…60 in tens are pino's, 0–7 syslog's, other 8–24 OpenTelemetry's; else 0. */
export function severityOfLevelNumber(level: number): number {
  const pino = PINO.indexOf(level);
  if (pino >= 0) return PINO_SEVERITY[pino] ?? 0;
  return SYSLOG_SEVERITY[level] ?? severityOfNumber(level);
}

/** The severity number as it stands where it is one of OpenTelemetry's 1–24, else 0. */
export function severityOfNumber(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= SEVERITY_MAX ? value : 0;
}
