// The report as one HTML file that needs nothing else: charts by uPlot, which is written into it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LoadReport } from './report.ts';
import { reportLines } from './text.ts';

const uplotFile = (name: string): string =>
  readFileSync(fileURLToPath(import.meta.resolve(`uplot/dist/${name}`)), 'utf8');
const pageFile = (name: string): string => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');

/** The whole file. What stands in the report is data in it, never markup or a script. */
export function htmlReport(report: LoadReport): string {
  // `<` in a script's text could end it.
  const data = JSON.stringify(report).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sazabi load, ${escaped(report.startedAt)}</title>
<style>${uplotFile('uPlot.min.css')}${pageFile('report.css')}</style>
</head>
<body>
<h1>Load test of ${escaped(report.url)}</h1>
<p>${escaped(report.startedAt)}, ${report.seconds.toFixed(1)} s</p>
<pre>${escaped(reportLines(report).join('\n'))}</pre>
<div id="charts"></div>
<script type="application/json" id="report">${data}</script>
<script>${uplotFile('uPlot.iife.min.js')}</script>
<script>${pageFile('charts.js')}</script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
