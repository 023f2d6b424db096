// `sazabi logs send`: a file or stdin, as text lines, NDJSON or JSON, to the intake.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { LOG_LEVEL_NAMES } from '@sazabi/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError, usageError } from '../cli-error.ts';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { collectPair, wholeNumber } from '../input.ts';
import type { Output } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { createDeliverer } from '../send/deliver.ts';
import { detectFormat, FORMATS, type Format } from '../send/detect-format.ts';
import { HEAD_BYTES_MAX, LOG_BYTES_MAX, PROGRESS_BYTES_MIN, RETRY_FOR_MS } from '../send/limits.ts';
import { fillJson, type LogDefaults, textToJson } from '../send/log-defaults.ts';
import type { LogReader } from '../send/log-source.ts';
import { createProgress } from '../send/progress.ts';
import { createJsonReader } from '../send/read-json.ts';
import { createLineReader } from '../send/read-lines.ts';
import { type Sent, sendLogs } from '../send/send-logs.ts';

/** The names that are stored; of an unknown text the intake makes info. */
const LEVELS: readonly string[] = LOG_LEVEL_NAMES;

interface SendFlags {
  readonly format?: Format;
  readonly service?: string;
  readonly level?: string;
  readonly environment?: string;
  readonly attribute?: LogDefaults['attributes'];
  readonly retryFor?: number;
  readonly receipts?: true;
  readonly json?: true;
}

export function addLogsSend(logs: Command, context: Context): void {
  logs
    .command('send')
    .description('send a file or stdin: every line of text a log, or NDJSON, or JSON')
    .argument('[file]', '- or nothing: stdin', '-')
    .addOption(new Option('--format <format>', 'default: told by the first bytes').choices(FORMATS))
    .option('--service <name>', 'for logs that name none (so are the next three)')
    .addOption(new Option('--level <level>', 'as info').choices(LEVELS).argParser(parseLevel))
    .option('--environment <name>', 'as production')
    .option('--attribute <name=value>', 'again for more', collectPair)
    .option(
      '--retry-for <seconds>',
      `how long one request is tried again (default: ${RETRY_FOR_MS / 1000})`,
      wholeNumber(0, 86_400),
    )
    .addOption(
      new Option('--receipts', 'the receipt of each request, a line each, instead of the counts').conflicts('json'),
    )
    .option('--json', 'the counts as JSON; a code is null where the intake gave one for several logs at once')
    .addHelpText(
      'after',
      `
Examples:
  $ sazabi logs send /var/log/app.log --service app --environment production
  $ sazabi logs send events.ndjson
  $ tail -F app.log | sazabi logs send - --attribute region=eu
  $ sazabi receipts get --wait $(sazabi logs send --receipts events.ndjson)

Exit code 1 when anything was not accepted. Each request carries an Idempotency-Key: what is tried again is stored once.`,
    )
    .action(async (file: string, flags: SendFlags, command: Command) => {
      const config = context.config(command);
      config.publicKey();
      const { input, bytesTotal } = await openInput(file, context);
      const sent = await send(context.output, config, input, bytesTotal, flags);
      await tell(context.output, sent, flags);
      if (sent.failure !== null || sent.rejectedCount > 0) context.markFailed();
    });
}

/** In any case, as the intake takes it. */
function parseLevel(text: string): string {
  if (LEVELS.includes(text.toLowerCase())) return text;
  throw new InvalidArgumentError(`Say one of ${LEVELS.join(', ')}.`);
}

async function openInput(file: string, context: Context): Promise<{ input: Readable; bytesTotal: number | null }> {
  if (file === '-') {
    if ('isTTY' in context.stdin && context.stdin.isTTY)
      context.output.note('Reading logs from the terminal; end with Ctrl-D.');
    return { input: context.stdin, bytesTotal: null };
  }
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw usageError(error.code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read (${error.code}).`);
  });
  if (found.isDirectory()) throw usageError(`${file} is a folder. Send its files one by one.`);
  return { input: createReadStream(file), bytesTotal: found.isFile() ? found.size : null };
}

async function send(
  output: Output,
  config: Config,
  input: Readable,
  bytesTotal: number | null,
  flags: SendFlags,
): Promise<Sent> {
  const shown = output.statusIsShown && bytesTotal !== null && bytesTotal >= PROGRESS_BYTES_MIN;
  const progress = shown ? createProgress(output, bytesTotal) : null;
  const sent = await sendLogs({
    input,
    isHead: (head) => flags.format !== undefined || head.includes('\n') || head.length >= HEAD_BYTES_MAX,
    openReader: (head) => readerOf(flags.format ?? detectFormat(head), defaultsOf(flags)),
    deliver: createDeliverer({
      intakeUrl: config.intakeUrl,
      publicKey: { text: config.publicKey(), source: config.keySources.public },
      ...(flags.retryFor === undefined ? {} : { retryForMs: flags.retryFor * 1000 }),
      onRetry: (reason, delayMs) =>
        output.note(`Trying again in ${(delayMs / 1000).toFixed(1)} s: ${printable(reason)}`),
    }),
    ...(progress === null ? {} : { onProgress: progress.update }),
    ...(flags.receipts ? { onReceipt: (receipt: string) => output.printNow(`${receipt}\n`) } : {}),
  });
  progress?.end();
  return sent;
}

function defaultsOf(flags: SendFlags): LogDefaults {
  const { service, level, environment } = flags;
  return {
    ...(service === undefined ? {} : { service }),
    ...(level === undefined ? {} : { level }),
    ...(environment === undefined ? {} : { environment }),
    attributes: flags.attribute ?? [],
  };
}

function readerOf(format: Format, defaults: LogDefaults): LogReader {
  const fill = fillJson(defaults);
  const toJson = format === 'text' ? textToJson(defaults, Date.now) : fill;
  const toLog = (text: string) => ({ json: toJson(text) });
  return format === 'json' ? createJsonReader(LOG_BYTES_MAX, toLog) : createLineReader(LOG_BYTES_MAX, toLog);
}

async function tell(output: Output, sent: Sent, { json, receipts }: SendFlags): Promise<void> {
  const { unit, accepted, rejectedCount, rejected, failure } = sent;
  for (const { place, code, message } of rejected)
    output.problem(`${unit} ${place}: ${message}${code === null ? '' : ` (${code})`}`);
  if (rejectedCount > rejected.length) output.problem(`… and ${rejectedCount - rejected.length} more rejected.`);
  // The reason first: all that follows comes of it.
  if (failure?.error instanceof CliError) output.problem(failure.error.message);
  if (json) await output.printJson({ accepted, rejected: rejectedCount, complete: failure === null });
  else if (receipts) output.note(`accepted ${accepted}, rejected ${rejectedCount}`);
  else await output.print(`accepted ${accepted}, rejected ${rejectedCount}`);
  if (failure === null) return;
  const { from, to } = failure;
  // Where nothing at all was sent, the reason says enough.
  if (to > 0 && accepted + rejectedCount > 0)
    output.problem(
      `Stopped: ${unit}s ${from} to ${to} are not all sent, later ones may not be. Send from ${unit} ${from} on again.`,
    );
  if (!(failure.error instanceof CliError)) throw failure.error;
}
