// The cases of the cost measurement: what is asked for on the command line, each once for each bus.
import { PROJECTS_MAX } from '@sazabi/control-db';
import type { BusKind, Variant } from './measure-cost.ts';
import { parseCase } from './parse-case.ts';

export interface CostCase extends Variant {
  /** For a person: what was asked for, and the bus. */
  readonly name: string;
}

const BUSES: Readonly<Record<string, readonly BusKind[]>> = {
  lmdb: ['lmdb'],
  kafka: ['kafka'],
  both: ['lmdb', 'kafka'],
};

/** @throws RangeError for a case or a bus that there is not */
export function costCases(texts: readonly string[], bus: string): readonly CostCase[] {
  const buses = Object.hasOwn(BUSES, bus) ? BUSES[bus] : undefined;
  if (buses === undefined)
    throw new RangeError(`--bus takes ${Object.keys(BUSES).join(', ')}, not ${JSON.stringify(bus)}`);
  return texts.flatMap((text) => {
    const given = parseCase(text, { projects: 0, retentions: 1 });
    const { retentions } = given;
    const projects = given.projects === 0 ? retentions : given.projects;
    if (projects > PROJECTS_MAX) throw new RangeError(`A case has ${PROJECTS_MAX} projects at most, not ${projects}`);
    if (retentions < 1 || retentions > projects)
      throw new RangeError(
        `A case has a retention or more, and no more than projects, which are ${projects}, not ${retentions}`,
      );
    return buses.map((kind) => ({
      name: [text.trim(), `bus ${kind}`].filter(Boolean).join(', '),
      bus: kind,
      projects,
      retentions,
    }));
  });
}
