// `sazabi logs …`: each of its commands has a file.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addLogsFields } from './logs-fields.ts';
import { addLogsGet } from './logs-get.ts';
import { addLogsQuery } from './logs-query.ts';
import { addLogsSend } from './logs-send.ts';
import { addLogsTail } from './logs-tail.ts';
import { addLogsVolume } from './logs-volume.ts';

export function addLogsCommands(logs: Command, context: Context): void {
  addLogsSend(logs, context);
  addLogsQuery(logs, context);
  addLogsTail(logs, context);
  addLogsVolume(logs, context);
  addLogsFields(logs, context);
  addLogsGet(logs, context);
}
