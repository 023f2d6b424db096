// What replicas of the API tell each other: that they live, which intakes follow them, and what those have confirmed.
import { and, eq, gt, isNotNull, lt, ne, sql } from 'drizzle-orm';
import { KEY_CONFIRMATIONS_CHANNEL, type Orm } from './control-db.ts';
import { REPLICA_GONE_MS } from './limits.ts';
import { apiReplicas, instance } from './schema.ts';

/** How a replica's feeds stand. */
export interface FeedsState {
  /** The intakes that follow it. */
  readonly intakeIds: readonly string[];
  /** Every one of them has confirmed all changes up to this one; null = it has none. */
  readonly confirmedSeq: number | null;
}

export interface ReplicaState extends FeedsState {
  readonly id: string;
  /** Greater at each write. */
  readonly version: number;
}

/** What a replica learns with each pulse. */
export interface Beat {
  readonly epoch: string;
  /** The last key change. */
  readonly seq: number;
  /** Replicas that live, without the one that asks. */
  readonly others: readonly FeedsState[];
}

/** By the server's clock, for those of replicas differ. */
const notGone = gt(apiReplicas.seenAt, sql`now() - ${REPLICA_GONE_MS} * interval '1 millisecond'`);

/** Says that the replica lives and how it stands; gives what it may have missed. */
export async function beat(orm: Orm, replica: ReplicaState): Promise<Beat> {
  await writeReplica(orm, replica);
  const rows = await orm
    .select({
      epoch: instance.epoch,
      seq: instance.keySeq,
      intakeIds: apiReplicas.intakeIds,
      confirmedSeq: apiReplicas.confirmedSeq,
    })
    .from(instance)
    .leftJoin(apiReplicas, and(notGone, ne(apiReplicas.id, replica.id)));
  const [first] = rows;
  if (first === undefined) throw new Error('The control store has no instance row.');
  const others = rows.flatMap(({ intakeIds, confirmedSeq }) =>
    intakeIds === null ? [] : [{ intakeIds, confirmedSeq }],
  );
  return { epoch: first.epoch, seq: first.seq, others };
}

/** Says at once how the replica stands, and tells those that wait for it. */
export async function tellConfirmed(orm: Orm, replica: ReplicaState): Promise<void> {
  await writeReplica(orm, replica);
  await orm.execute(sql`SELECT pg_notify(${KEY_CONFIRMATIONS_CHANNEL}, '')`);
}

/** Whether the intakes of every other living replica have confirmed all changes up to `seq`. */
export async function confirmedByOthers(orm: Orm, replicaId: string, seq: number): Promise<boolean> {
  const behind = await orm.$count(
    apiReplicas,
    and(notGone, ne(apiReplicas.id, replicaId), isNotNull(apiReplicas.confirmedSeq), lt(apiReplicas.confirmedSeq, seq)),
  );
  return behind === 0;
}

/** The replica stops: nobody waits for it any more. */
export async function leaveReplicas(orm: Orm, replicaId: string): Promise<void> {
  await orm.delete(apiReplicas).where(eq(apiReplicas.id, replicaId));
}

/** Rows of replicas that ended without leaving; what they say counts for nothing already. */
export async function forgetGoneReplicas(orm: Orm): Promise<void> {
  await orm.delete(apiReplicas).where(lt(apiReplicas.seenAt, sql`now() - interval '1 minute'`));
}

async function writeReplica(orm: Orm, { id, version, intakeIds, confirmedSeq }: ReplicaState): Promise<void> {
  const columns = { version, seenAt: sql`now()`, intakeIds: [...intakeIds], confirmedSeq };
  await orm
    .insert(apiReplicas)
    .values({ id, ...columns })
    .onConflictDoUpdate({ target: apiReplicas.id, set: columns, setWhere: lt(apiReplicas.version, version) });
}
