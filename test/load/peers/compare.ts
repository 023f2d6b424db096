// What the measurements say: medians by line and column, and each peer's cost over ours of the same minutes.
import { medianOf } from '../median.ts';
import type { Line, LoadName } from './lines.ts';
import type { Measurement } from './measure.ts';

export type Figure = (measurement: Measurement) => number;

/** Null where there is none. */
export const medianOrNull = (values: readonly number[]): number | null =>
  values.length === 0 ? null : medianOf(values);

export const ofCell = (measurements: readonly Measurement[], line: Line, load: LoadName): readonly Measurement[] =>
  measurements.filter(
    (measurement) =>
      measurement.peer === line.peer && measurement.encoding === line.encoding && measurement.load === load,
  );

/** The median over the rounds of peer ÷ ours; null where the column has no peer or nothing of ours. */
export function ratioOf(
  measurements: readonly Measurement[],
  line: Line,
  load: LoadName,
  figure: Figure,
): number | null {
  const ratios = ofCell(measurements, line, load).map((peer) => {
    const ours = besideIt(measurements, peer, figure);
    return ours === null ? null : figure(peer) / ours;
  });
  return medianOrNull(ratios.filter((ratio) => ratio !== null));
}

/**
 * Ours nearest before and after it in the same round and column, averaged: the machine's speed wanders within minutes. In the
 * peer's encoding where ours was measured in it, else in JSON.
 */
function besideIt(measurements: readonly Measurement[], peer: Measurement, figure: Figure): number | null {
  const column = measurements.filter(({ round, load }) => round === peer.round && load === peer.load);
  const at = column.indexOf(peer);
  const ofOurs = column.filter(({ peer: id }) => id === 'sazabi');
  const encoding = ofOurs.some((ours) => ours.encoding === peer.encoding) ? peer.encoding : 'json';
  const candidates = ofOurs.filter((ours) => ours.encoding === encoding);
  const before = candidates.findLast((ours) => column.indexOf(ours) < at);
  const after = candidates.find((ours) => column.indexOf(ours) > at);
  const nearest = [before, after].filter((ours) => ours !== undefined).map(figure);
  return nearest.length === 0 ? null : nearest.reduce((sum, value) => sum + value, 0) / nearest.length;
}
