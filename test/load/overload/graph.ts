// The graph of an overload run: what was offered and what became of it, and how long answers took. SVG, in light and dark.
import type { StepResult } from './steps.ts';
import { median } from './table.ts';

const WIDTH = 760;
const HEIGHT = 330;
const PLOT = { top: 64, height: 190 };
const PANEL = { left: 56, width: 300, gap: 92 };
const BAR_WIDTH = 34;
/** What accepted requests may take. */
const LATENCY_BOUND_MS = 1000;
const STYLE = `text{font:12px system-ui,sans-serif;fill:#444}.title{font-weight:600;fill:#222}.grid{stroke:#8884}.bound{stroke:#c33;stroke-dasharray:4 3;fill:none}
.ok{fill:#2a78c8}.refused{fill:#e0a030}.p99{stroke:#2a78c8;fill:none;stroke-width:2}.p50{stroke:#2a78c8;fill:none;stroke-width:2;stroke-dasharray:2 3}.r99{stroke:#e0a030;fill:none;stroke-width:2}
@media(prefers-color-scheme:dark){text{fill:#bbb}.title{fill:#eee}.ok{fill:#5aa2e8}.p99,.p50{stroke:#5aa2e8}}`;

interface Bar {
  readonly name: string;
  /** In percent of the peak that was found just before. */
  readonly acknowledged: number;
  readonly refused: number;
  readonly p50: number;
  readonly p99: number;
  readonly refusedP99: number | null;
}

/** One bar for each step, medians of the rounds; `title` says what was run. */
export function overloadGraph(rounds: readonly (readonly StepResult[])[], title: string): string {
  const bars = (rounds[0] ?? []).map((_, at) => barOf(rounds.flatMap((round) => round[at] ?? [])));
  const logs = scale(Math.max(...bars.map(({ acknowledged, refused }) => acknowledged + refused)));
  const times = scale(Math.max(LATENCY_BOUND_MS, ...bars.map(({ p99 }) => p99).filter(Number.isFinite)));
  const left = PANEL.left;
  const right = PANEL.left + PANEL.width + PANEL.gap;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
<style>${STYLE}</style>
<text class="title" x="${left}" y="18">${title}</text>
${axes(left, 'requests, in % of the peak just before', logs, String, bars)}
${bars.map((bar, at) => barMarks(bar, xOf(left, at, bars.length), logs)).join('\n')}
<path class="bound" d="M${left} ${logs.y(100)}h${PANEL.width}"/>
${axes(right, 'ms from when a request was due', times, String, bars)}
<path class="bound" d="M${right} ${times.y(LATENCY_BOUND_MS)}h${PANEL.width}"/>
${line('p50', right, bars, times, ({ p50 }) => p50)}
${line('p99', right, bars, times, ({ p99 }) => p99)}
${line('r99', right, bars, times, ({ refusedP99 }) => refusedP99)}
${legend(left, [
  ['rect', 'ok', 'acknowledged'],
  ['rect', 'refused', 'answered 503'],
  ['line', 'bound', 'peak'],
])}
${legend(right, [
  ['line', 'p50', 'p50'],
  ['line', 'p99', 'p99'],
  ['line', 'r99', 'p99 of the 503'],
  ['line', 'bound', '1 s'],
])}
</svg>
`;
}

function barOf(steps: readonly StepResult[]): Bar {
  const of = (read: (step: StepResult) => number) => median(steps.map(read));
  const [first] = steps;
  const isRefused = steps.every(({ refused }) => refused.has(503));
  return {
    name: `${first?.load ?? 0}×${first?.quietKeys === 0 ? '' : ' noisy'}`,
    acknowledged: of(({ acknowledged, peak }) => (100 * acknowledged) / peak),
    refused: of(({ refused, offered, peak }) => ((refused.get(503) ?? 0) * 100 * offered) / peak),
    p50: of(({ acceptedMs }) => acceptedMs.p50),
    p99: of(({ acceptedMs }) => acceptedMs.p99),
    refusedP99: isRefused ? of(({ refusedMs }) => refusedMs.p99) : null,
  };
}

interface Scale {
  readonly ticks: readonly number[];
  y(value: number): number;
}

/** From 0 to a round number above `most`, with four to eight ticks. */
function scale(most: number): Scale {
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [0.2, 0.5, 1, 2].map((part) => part * power).find((size) => most / size <= 8) ?? 2 * power;
  const top = Math.ceil(most / step) * step;
  return {
    ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, at) => at * step),
    y: (value) => round(PLOT.top + PLOT.height * (1 - value / top)),
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
const xOf = (left: number, at: number, count: number): number => round(left + (PANEL.width * (at + 0.5)) / count);

function axes(left: number, unit: string, { ticks, y }: Scale, text: (value: number) => string, bars: readonly Bar[]) {
  const lines = ticks.map(
    (value) =>
      `<path class="grid" d="M${left} ${y(value)}h${PANEL.width}"/><text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${text(Math.round(value))}</text>`,
  );
  const names = bars.map(
    ({ name }, at) =>
      `<text x="${xOf(left, at, bars.length)}" y="${PLOT.top + PLOT.height + 18}" text-anchor="middle">${name}</text>`,
  );
  return [`<text x="${left}" y="${PLOT.top - 18}">${unit}</text>`, ...lines, ...names].join('\n');
}

function barMarks({ acknowledged, refused }: Bar, x: number, { y }: Scale): string {
  const rect = (kind: string, from: number, to: number) =>
    `<rect class="${kind}" x="${x - BAR_WIDTH / 2}" y="${y(to)}" width="${BAR_WIDTH}" height="${round(y(from) - y(to))}"/>`;
  return `${rect('ok', 0, acknowledged)}${rect('refused', acknowledged, acknowledged + refused)}`;
}

function line(
  kind: string,
  left: number,
  bars: readonly Bar[],
  { y }: Scale,
  read: (bar: Bar) => number | null,
): string {
  const points = bars.flatMap((bar, at) => {
    const value = read(bar);
    return value === null || !Number.isFinite(value) ? [] : [`${xOf(left, at, bars.length)} ${y(value)}`];
  });
  return points.length === 0 ? '' : `<path class="${kind}" d="M${points.join('L')}"/>`;
}

function legend(left: number, entries: readonly (readonly ['rect' | 'line', string, string])[]): string {
  const y = PLOT.top + PLOT.height + 46;
  let x = left;
  return entries
    .map(([form, kind, text]) => {
      const at = x;
      x += 36 + 7 * text.length;
      const mark =
        form === 'rect'
          ? `<rect class="${kind}" x="${at}" y="${y - 9}" width="12" height="10"/>`
          : `<path class="${kind}" d="M${at} ${y - 4}h14"/>`;
      return `${mark}<text x="${at + 18}" y="${y}">${text}</text>`;
    })
    .join('\n');
}
