// The charts of a report, drawn in the browser from the data beside them.
const report = JSON.parse(document.getElementById('report').textContent);
const place = document.getElementById('charts');
const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const ink = dark ? '#ccc' : '#333';
const grid = { stroke: dark ? '#333' : '#e5e5e5' };
const COLOURS = ['#2f7ed8', '#e4572e', '#29a36a', '#a05ad5', '#d8a32f', '#17a2b8', '#8c564b', '#7f7f7f'];
const SECONDS = 's since the start';

/**
 * @param {string} title
 * @param {number[]} xs
 * @param {{label: string, values: (number | null)[], digits?: number}[]} series
 */
function chart(title, xs, series, { x = SECONDS, unit = '', scale = {}, xSplits } = {}) {
  const head = document.createElement('h2');
  head.textContent = title;
  const box = document.createElement('div');
  place.append(head, box);
  const axis = { stroke: ink, grid, ticks: grid };
  new uPlot(
    {
      width: Math.min(1080, document.body.clientWidth - 20),
      height: 260,
      cursor: { sync: x === SECONDS ? { key: 'time' } : undefined },
      scales: {
        x: { time: false },
        y: { range: (_chart, low, high) => [Math.min(0, low), high > 0 ? high * 1.05 : 1], ...scale },
      },
      axes: [
        {
          ...axis,
          label: x,
          ...(xSplits === undefined
            ? {}
            : { splits: () => xSplits.map(([at]) => at), values: () => xSplits.map(([, text]) => text) }),
        },
        {
          ...axis,
          size: 90,
          label: unit,
          values: (_chart, values) => values.map((value) => (value === null ? '' : value.toLocaleString('en'))),
        },
      ],
      series: [
        { label: x },
        ...series.map(({ label }, at) => ({
          label,
          stroke: COLOURS[at % COLOURS.length],
          width: 1.5,
          points: { show: xs.length < 40 },
        })),
      ],
    },
    [xs, ...series.map(({ values }) => values)],
    box,
  );
}

const { timeline, curve } = report;
const times = timeline.map((point) => point.endSeconds);
const of = (field) => timeline.map((point) => point[field]);
const names = [...new Set(timeline.flatMap((point) => Object.keys(point.cores)))];
const each = (field) =>
  names.map((name) => ({ label: name, values: timeline.map((point) => point[field][name] ?? null) }));

chart('Acknowledged logs', times, [{ label: 'logs/s', values: of('logsPerSecond') }], { unit: 'logs/s' });
chart(
  'Latency of acknowledged requests',
  times,
  [
    { label: 'p50', values: of('p50Ms') },
    { label: 'p99', values: of('p99Ms') },
    { label: 'max', values: of('maxMs') },
  ],
  { unit: 'ms' },
);
// A percentile's distance from 100, by tenths: 90, 99, 99.9 … lie at even distances.
const nines = curve
  .filter(([percentile]) => percentile < 100)
  .map(([percentile, ms]) => [-Math.log10(1 - percentile / 100), ms]);
chart(
  'Latency by percentile',
  nines.map(([at]) => at),
  [{ label: 'latency', values: nines.map(([, ms]) => ms) }],
  {
    x: 'percentile',
    unit: 'ms',
    xSplits: [0, 1, 2, 3, 4, 5, 6]
      .filter((at) => at <= (nines.at(-1)?.[0] ?? 0) + 1)
      .map((at) => [at, at === 0 ? '0' : `${Number((100 - 10 ** (2 - at)).toFixed(6))}`]),
  },
);
if (report.steps.length > 1)
  chart(
    'Steps: asked for and acknowledged',
    // Their numbers: rates of a ramp may fall, and a chart's x must not.
    report.steps.map((_step, at) => at + 1),
    [
      { label: 'acknowledged logs/s', values: report.steps.map((step) => step.acknowledgedPerSecond) },
      { label: 'asked for', values: report.steps.map((step) => step.logsPerSecond) },
    ],
    { x: 'step', unit: 'logs/s', xSplits: report.steps.map((_step, at) => [at + 1, `${at + 1}`]) },
  );
chart('Errors', times, [{ label: 'requests/s', values: of('errorsPerSecond') }], { unit: 'requests/s' });
chart('CPU', times, each('cores'), { unit: 'cores' });
chart('Resident memory', times, each('residentMib'), { unit: 'MiB' });
