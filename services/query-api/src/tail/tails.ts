// The live tails of this process: let in within limits, heard by one audience, ended when their key ends.
import type { ServerResponse } from 'node:http';
import type { Bus } from '@sazabi/bus';
import { ContractError, type LogSelection } from '@sazabi/contract';
import type { TailLagged } from '@sazabi/contract/schemas';
import { type Logger, safeMessage } from '@sazabi/lifecycle';
import { type ClickHouseClient, countReceived, createRowMatcher, type LogScope, narrowScope } from '@sazabi/log-store';
import { tooManyRequests } from '../http/guard.ts';
import {
  TAIL_CATCH_UPS_MAX,
  TAIL_CATCH_UPS_WAITING_BYTES_MAX,
  TAIL_COUNTS_MAX,
  TAIL_HEARTBEAT_MS,
  TAIL_STANDING_MS,
  TAILS_MAX,
  TAILS_PER_ORGANIZATION_MAX,
  TAILS_SHARING_MIN,
  TAILS_WAITING_BYTES_MAX,
} from '../limits.ts';
import type { QuerySlots } from '../query-slots.ts';
import type { Caller, Tenancy } from '../tenancy.ts';
import { createAudience, type Listener, visibleFrom } from './audience.ts';
import { createCatchUp } from './catch-up.ts';
import { errorEvent, heartbeat, laggedEvent, opening } from './events.ts';
import { createJudge, type JudgedTail } from './judge.ts';
import { createLiveBus } from './live-bus.ts';
import type { LiveReader } from './live-reader.ts';
import { createMatchBudget } from './match-budget.ts';
import type { Position } from './position.ts';
import { createSeats, type Seats } from './seats.ts';
import { createSeenIds, type SeenIds } from './seen-ids.ts';
import { createSlices, type Slices } from './slices.ts';
import type { TailMetrics } from './tail-metrics.ts';
import { createTailOutput } from './tail-output.ts';

export interface TailRequest {
  readonly caller: Caller;
  readonly scope: LogScope;
  /** Of the query; undefined = all projects of the organization, also those made later. */
  readonly projectId: string | undefined;
  readonly selection: Pick<LogSelection, 'search' | 'filters'>;
  /** Where it was cut; null = from now. */
  readonly from: Position | null;
  readonly requestId: string;
}

export interface Tails {
  /**
   * Opens a tail: `begin` sends the head of the answer and gives what events are written to.
   * @throws ContractError RATE_LIMIT_EXCEEDED, SERVICE_UNAVAILABLE; before `begin` is called
   */
  open(request: TailRequest, begin: () => ServerResponse): Promise<void>;
  /** Ends all, and lets none in. */
  close(): Promise<void>;
}

export interface TailsParts {
  readonly openBus: () => Bus;
  readonly tenancy: Pick<Tenancy, 'standing'>;
  readonly logger: Logger;
  readonly metrics: TailMetrics;
  /** Of organizations: to ask how much was missed is a query like any other. */
  readonly querySlots: Pick<QuerySlots, 'during'>;
  /** Asked how much was missed where the bus keeps it no more. */
  readonly logStore: ClickHouseClient;
}

interface OpenTail extends JudgedTail {
  readonly request: TailRequest;
  readonly listener: Listener;
  end(error?: ContractError): void;
  /** Where it stands. */
  id(): string;
  missed(fromMs: number, toMs: number): Promise<void>;
}

export function createTails(parts: TailsParts): Tails {
  const { tenancy, logger, metrics } = parts;
  const open = new Set<OpenTail>();
  /** Open, or about to be: many come back in the same moment. */
  const admitted = new Set<TailRequest>();
  const budget = createMatchBudget();
  const audience = createAudience(budget);
  const [seen, slices] = [createSeenIds(), createSlices()];
  const gone = (fromMs: number, toMs: number) => {
    // Those that catch up find it themselves.
    for (const tail of open) if (audience.has(tail.listener)) void tail.missed(fromMs, toMs);
  };
  const bus = createLiveBus(parts.openBus, { audience, budget, seen, slices, logger, gone });
  const [seats, counts] = [createSeats(TAIL_CATCH_UPS_MAX), createSeats(TAIL_COUNTS_MAX)];
  const tables = { open, audience, seen, slices, seats, counts, parts };
  const judge = createJudge(open, tenancy, logger);
  let isClosing = false;
  const timers = createTimers(judge.look, () => {
    for (const { listener, id } of open)
      if (listener.output.waitingBytes() === 0) listener.output.send(heartbeat(id()));
  });
  return {
    async open(request, begin) {
      if (isClosing) throw stopping();
      refuseTooMany(admitted, request.caller.organizationId);
      admitted.add(request);
      const live = await bus.enter().catch((error: unknown) => {
        admitted.delete(request);
        throw error;
      });
      const left = () => {
        admitted.delete(request);
        bus.leave();
      };
      if (isClosing) {
        left();
        throw stopping();
      }
      const response = begin();
      // Its reader has gone meanwhile: nothing will say so any more.
      if (response.destroyed) return left();
      const tail = start(request, response, live, tables);
      budget.count(request.caller.organizationId, 1);
      metrics.open(open.size);
      timers.start();
      response.once('close', () => {
        budget.count(request.caller.organizationId, -1);
        open.delete(tail);
        audience.remove(tail.listener);
        metrics.open(open.size);
        if (open.size === 0) timers.stop();
        left();
      });
    },
    async close() {
      isClosing = true;
      timers.stop();
      for (const tail of open) tail.end();
      await bus.close();
    },
  };
}

interface Tables {
  readonly open: Set<OpenTail>;
  readonly audience: ReturnType<typeof createAudience>;
  readonly seen: SeenIds;
  readonly slices: Slices;
  readonly seats: Seats;
  /** Of the store, what was missed. */
  readonly counts: Seats;
  readonly parts: TailsParts;
}

/** In one turn of the event loop: what is appended from here on is shown. */
function start(request: TailRequest, response: ServerResponse, live: LiveReader, tables: Tables): OpenTail {
  const { open, audience, seen, slices, seats, counts, parts } = tables;
  const { metrics, logger, logStore, querySlots } = parts;
  let id = live.id;
  const scope = narrowScope(request.scope, request.projectId);
  let visible = visibleFrom(scope);
  const output = createTailOutput(response, {
    bytesMax: () => TAILS_WAITING_BYTES_MAX / Math.max(TAILS_SHARING_MIN, open.size),
    id: () => id(),
    sent: metrics.sent,
    lagged: metrics.lagged,
  });
  const listener: Listener = {
    organizationId: request.caller.organizationId,
    mode: request.caller.mode,
    matches: createRowMatcher(request.selection, Date.now()),
    output,
    visibleFrom: () => visible,
  };
  const tail: OpenTail = {
    request,
    listener,
    visible: () => visible,
    see(now, isSame) {
      visible = now;
      if (!isSame) audience.refresh(listener);
    },
    end: (error) => output.end(error && errorEvent(error, request.requestId)),
    id: () => id(),
    async missed(fromMs, toMs) {
      const ask = () =>
        output.isOpen() ? countReceived(logStore, scope, request.selection, { fromMs, toMs }) : Promise.resolve(0);
      const askInSlot = () => querySlots.during(scope.organizationId, ask);
      const count = await counts.during(scope.organizationId, askInSlot).catch((error: unknown) => {
        logger.warn(
          { event: 'tail_missed_unknown', reason: safeMessage(error) },
          'What a tail has missed is not counted.',
        );
        return null;
      });
      if (count === 0) return;
      const told: TailLagged = {
        count,
        exact: false,
        from: new Date(fromMs).toISOString(),
        to: new Date(toMs).toISOString(),
      };
      metrics.lagged(count ?? 0);
      output.send(laggedEvent(id(), told));
    },
  };
  open.add(tail);
  const join = () => {
    id = live.id;
    audience.add(listener);
  };
  if (request.from === null) {
    join();
    output.send(opening(id()));
    return tail;
  }
  const isCrowded = () => {
    let bytes = 0;
    // The rows of the others are theirs together, in memory once.
    for (const { listener } of open) if (!audience.has(listener)) bytes += listener.output.waitingBytes();
    return bytes > TAIL_CATCH_UPS_WAITING_BYTES_MAX;
  };
  const failed = (error: unknown) =>
    logger.warn({ event: 'tail_catch_up_failed', reason: safeMessage(error) }, 'A tail that catches up waits.');
  const catchUp = createCatchUp(request.from, {
    listener,
    live,
    seen,
    slices,
    seats,
    join,
    gone: tail.missed,
    isCrowded,
    failed,
  });
  id = catchUp.id;
  output.send(opening(id()));
  void catchUp.run();
  return tail;
}

function refuseTooMany(admitted: ReadonlySet<TailRequest>, organizationId: string): void {
  let own = 0;
  for (const { caller } of admitted) if (caller.organizationId === organizationId) own += 1;
  if (own >= TAILS_PER_ORGANIZATION_MAX)
    throw tooManyRequests(1, ` At most ${TAILS_PER_ORGANIZATION_MAX} live tails of an organization are open at once.`);
  if (admitted.size >= TAILS_MAX) throw tooManyRequests(1, ' Too many live tails are open.');
}

function stopping(): ContractError {
  return new ContractError('SERVICE_UNAVAILABLE', 'The API is stopping. Try again.', {}, { retryAfterSeconds: 1 });
}

/** Both run only while tails are open. */
function createTimers(look: () => Promise<void>, beat: () => void): { start(): void; stop(): void } {
  let timers: NodeJS.Timeout[] = [];
  return {
    start() {
      if (timers.length > 0) return;
      timers = [setInterval(() => void look(), TAIL_STANDING_MS), setInterval(beat, TAIL_HEARTBEAT_MS)];
    },
    stop() {
      for (const timer of timers.splice(0)) clearInterval(timer);
    },
  };
}
