// The shapes of what Prometheus and Grafana read, as strict as those that read them.
import { z } from 'zod';
import { readText, readYaml } from './files.ts';

const duration = z.string().regex(/^(\d+(ms|[smhdwy]))+$/);
const ruleSchema = z.strictObject({
  alert: z.string().regex(/^Sazabi[A-Za-z]+$/),
  expr: z.string(),
  for: duration.optional(),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({ summary: z.string(), runbook_url: z.string() }),
});
const rulesSchema = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(ruleSchema).min(1) })).min(1),
});
const prometheusSchema = z.strictObject({
  global: z.strictObject({ scrape_interval: duration, scrape_timeout: duration, evaluation_interval: duration }),
  rule_files: z.array(z.string()),
  scrape_configs: z.array(
    z.strictObject({
      job_name: z.string(),
      authorization: z.strictObject({ credentials_file: z.string() }),
      dns_sd_configs: z.array(
        z.strictObject({
          names: z.array(z.string()).length(1),
          type: z.literal('A'),
          port: z.number(),
          refresh_interval: duration,
        }),
      ),
    }),
  ),
});
const panelSchema = z.object({
  id: z.number(),
  type: z.enum(['stat', 'timeseries']),
  title: z.string().min(1),
  description: z.string().min(1),
  gridPos: z.strictObject({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  fieldConfig: z.object({ defaults: z.object({ unit: z.string() }) }),
  targets: z
    .array(z.object({ expr: z.string(), refId: z.string(), datasource: z.object({ uid: z.string().startsWith('$') }) }))
    .min(1),
});
const dashboardSchema = z.object({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.number(),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
  panels: z.array(panelSchema).min(1),
});

export type Rule = z.infer<typeof ruleSchema>;
export type Panel = z.infer<typeof panelSchema>;

export const readRules = (): readonly Rule[] =>
  rulesSchema.parse(readYaml('infra/monitoring/alerts.yml')).groups.flatMap(({ rules }) => rules);

export const readPrometheus = () => prometheusSchema.parse(readYaml('infra/monitoring/prometheus.yml'));

export const readDashboard = () => dashboardSchema.parse(JSON.parse(readText('infra/monitoring/dashboard.json')));
