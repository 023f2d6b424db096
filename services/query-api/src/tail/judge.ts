// Whether open tails may go on and what they see: keys and projects of all of them are looked up at once, again and again.
import { ContractError } from '@sazabi/contract';
import { expiredKey } from '@sazabi/keys';
import { type Logger, safeMessage } from '@sazabi/lifecycle';
import type { Caller, Tenancy } from '../tenancy.ts';
import { visibleFrom } from './audience.ts';

/** By project: from which time received on (milliseconds since 1970) its rows are seen. */
export type Visible = ReadonlyMap<string, number>;

export interface JudgedTail {
  readonly request: { readonly caller: Caller; readonly projectId: string | undefined };
  visible(): Visible;
  /** `isSame`: the projects are those of before, whatever their times. */
  see(visible: Visible, isSame: boolean): void;
  end(error: ContractError): void;
}

export interface Judge {
  /** Ends tails whose key has ended or no longer may; the others see the projects that there are now. Never rejects. */
  look(): Promise<void>;
}

export function createJudge(
  open: ReadonlySet<JudgedTail>,
  tenancy: Pick<Tenancy, 'standing'>,
  logger: Pick<Logger, 'debug'>,
): Judge {
  /** As last looked up: a rotated key ends earlier than it was let in with. */
  const expiries = new WeakMap<JudgedTail, number | null>();
  let isLooking = false;
  /** By the clock alone: the control store may be away, or long in answering. */
  const endExpired = () => {
    for (const tail of open) {
      const expiresAtMs = expiries.get(tail) ?? tail.request.caller.expiresAtMs;
      if (expiresAtMs !== null && expiresAtMs <= Date.now()) tail.end(expiredKey(expiresAtMs));
    }
  };
  const lookUp = async () => {
    const asked = [...open];
    const standings = await tenancy.standing(
      asked.map(({ request }) => request.caller),
      'logs:read',
    );
    const views = createViews();
    for (const tail of asked) {
      const { caller, projectId } = tail.request;
      const standing = standings(caller, projectId);
      if (standing instanceof ContractError) {
        tail.end(standing);
        continue;
      }
      expiries.set(tail, standing.expiresAtMs);
      const view = views.of(`${caller.organizationId} ${projectId}`, () => visibleFrom(standing.scope));
      tail.see(view.visible, view.isSameAs(tail.visible()));
    }
  };
  return {
    async look() {
      endExpired();
      if (isLooking) return;
      isLooking = true;
      try {
        await lookUp();
      } catch (error) {
        // As intakes do, they go on with what is known; the control store's own outage is in the log.
        logger.debug(
          { event: 'tail_keys_unknown', reason: safeMessage(error) },
          'Keys of open tails cannot be looked up.',
        );
      } finally {
        isLooking = false;
      }
    },
  };
}

interface View {
  readonly visible: Visible;
  isSameAs(before: Visible): boolean;
}

/** What is seen, once for all tails that see the same: hundreds may see a thousand projects each. */
function createViews() {
  const views = new Map<string, View>();
  return {
    of(name: string, look: () => Visible): View {
      const view = views.get(name) ?? createView(look());
      views.set(name, view);
      return view;
    },
  };
}

function createView(visible: Visible): View {
  const verdicts = new Map<Visible, boolean>();
  return {
    visible,
    isSameAs(before) {
      const verdict = verdicts.get(before) ?? hasSameProjects(before, visible);
      verdicts.set(before, verdict);
      return verdict;
    },
  };
}

function hasSameProjects(one: Visible, other: Visible): boolean {
  return one.size === other.size && [...one.keys()].every((projectId) => other.has(projectId));
}
