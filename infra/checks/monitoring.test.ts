// Alert rules, the dashboard and the scrape configuration: well-formed, and no alert without a word on what to do.
import { expect, it } from 'vitest';
import { readText } from './files.ts';
import { type Panel, readDashboard, readPrometheus, readRules } from './monitoring-files.ts';
import { readPromQuery } from './promql.ts';

it.each(readRules().map((rule) => [rule.alert, rule] as const))('%s is PromQL', (_, rule) => {
  expect(readPromQuery(rule.expr)).toMatchObject({ errors: [] });
});

it('PromQL that is wrong is told', () => {
  expect(readPromQuery('sum(rate(x[5m])').errors).not.toEqual([]);
  expect(readPromQuery('sum by le (rate(x[5m]))').errors).not.toEqual([]);
  expect(readPromQuery('rate(x_total{a="b"}[$__rate_interval]) > y')).toEqual({
    errors: [],
    metrics: ['x_total', 'y'],
  });
});

it('each alert has a section of its own in docs/alerts.md, and each section an alert', () => {
  const sections = [...readText('docs/alerts.md').matchAll(/^## (Sazabi[A-Za-z]+)$/gm)].map(([, name]) => name);
  expect(sections.toSorted()).toEqual(
    readRules()
      .map(({ alert }) => alert)
      .toSorted(),
  );
  for (const { alert, annotations } of readRules())
    expect(annotations.runbook_url).toBe(`docs/alerts.md#${alert.toLowerCase()}`);
});

it('the dashboard’s panels are PromQL, have their own ids and do not cover each other', () => {
  const { panels } = readDashboard();
  for (const { title, targets } of panels)
    for (const { expr } of targets) expect(readPromQuery(expr), title).toMatchObject({ errors: [] });
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(cellsOf);
  expect(new Set(cells).size).toBe(cells.length);
});

it('the dashboard asks for its source and its instances', () => {
  expect(readDashboard().templating.list.map(({ name, type }) => [name, type])).toEqual([
    ['datasource', 'datasource'],
    ['instance', 'query'],
  ]);
});

it('Prometheus asks every service of compose on its internal port', () => {
  const asked = readPrometheus().scrape_configs.flatMap(({ dns_sd_configs }) => dns_sd_configs);
  expect(asked.map(({ names, port }) => [names[0], port])).toEqual([
    ['intake', 4321],
    ['consumer', 4322],
    ['api', 4320],
  ]);
});

function cellsOf({ gridPos: { x, y, w, h } }: Panel): readonly string[] {
  expect(x + w).toBeLessThanOrEqual(24);
  return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`);
}
