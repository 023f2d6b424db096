// Threads of an organization: shared investigations and their messages.
import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Orm } from './control-db.ts';
import { THREAD_MESSAGES_MAX, THREADS_MAX } from './limits.ts';
import { threadMessages, threads } from './schema.ts';

export type Thread = typeof threads.$inferSelect;
export type ThreadMessage = typeof threadMessages.$inferSelect;

export interface NewThread extends Pick<Thread, 'title' | 'query'> {
  readonly status: Thread['status'];
  /** The secret key that makes it. */
  readonly createdBy: string;
}

/** What is not there stays as it is. */
export interface ThreadChanges {
  readonly title?: string | undefined;
  readonly status?: Thread['status'] | undefined;
  /** null = no query any more. */
  readonly query?: Thread['query'] | undefined;
}

export interface NewThreadMessage extends Pick<ThreadMessage, 'body' | 'createdBy'> {
  /** Of a form that ids of logs have; they need not be there any more. */
  readonly logIds: readonly string[];
}

/** `full`: the organization has {@link THREADS_MAX}; calls at once may pass it by as many as they are. */
export async function createThread(orm: Orm, organizationId: string, wanted: NewThread): Promise<Thread | 'full'> {
  if ((await orm.$count(threads, eq(threads.organizationId, organizationId))) >= THREADS_MAX) return 'full';
  const now = new Date();
  const thread: Thread = { id: uuidv7(), organizationId, ...wanted, messageCount: 0, createdAt: now, updatedAt: now };
  await orm.insert(threads).values(thread);
  return thread;
}

/** Newest first. */
export function listThreads(
  orm: Orm,
  organizationId: string,
  options: { limit: number; before: string | null; status: Thread['status'] | undefined },
): Promise<Thread[]> {
  return orm
    .select()
    .from(threads)
    .where(
      and(
        eq(threads.organizationId, organizationId),
        options.status === undefined ? undefined : eq(threads.status, options.status),
        options.before === null ? undefined : lt(threads.id, options.before),
      ),
    )
    .orderBy(desc(threads.id))
    .limit(options.limit);
}

/** The thread of this organization with this id, or null. */
export async function findThread(orm: Orm, organizationId: string, id: string): Promise<Thread | null> {
  const [row] = await orm.select().from(threads).where(ofOrganization(organizationId, id));
  return row ?? null;
}

/** The thread as it is afterwards, or null where the organization has none with this id. */
export async function changeThread(
  orm: Orm,
  organizationId: string,
  id: string,
  { title, status, query }: ThreadChanges,
): Promise<Thread | null> {
  if (title === undefined && status === undefined && query === undefined)
    return await findThread(orm, organizationId, id);
  const [row] = await orm
    .update(threads)
    .set({
      ...(title === undefined ? {} : { title }),
      ...(status === undefined ? {} : { status }),
      ...(query === undefined ? {} : { query }),
      updatedAt: new Date(),
    })
    .where(ofOrganization(organizationId, id))
    .returning();
  return row ?? null;
}

/** Removes the thread with its messages. Resolves to whether the organization had it. */
export async function deleteThread(orm: Orm, organizationId: string, id: string): Promise<boolean> {
  const rows = await orm.delete(threads).where(ofOrganization(organizationId, id)).returning({ id: threads.id });
  return rows.length > 0;
}

/** `full`: the thread has {@link THREAD_MESSAGES_MAX}. */
export function addThreadMessage(
  orm: Orm,
  organizationId: string,
  threadId: string,
  wanted: NewThreadMessage,
): Promise<ThreadMessage | 'not-found' | 'full'> {
  return orm.transaction(async (transaction) => {
    const now = new Date();
    const [thread] = await transaction
      .update(threads)
      .set({ messageCount: sql`${threads.messageCount} + 1`, updatedAt: now })
      .where(and(ofOrganization(organizationId, threadId), lt(threads.messageCount, THREAD_MESSAGES_MAX)))
      .returning({ id: threads.id });
    if (thread === undefined)
      return (await findThread(transaction, organizationId, threadId)) === null ? 'not-found' : 'full';
    // The thread's row is locked by now: ids, by which messages are ordered and paged, follow the order of commits.
    const message: ThreadMessage = {
      id: uuidv7(),
      threadId: thread.id,
      body: wanted.body,
      logIds: [...wanted.logIds],
      createdAt: now,
      createdBy: wanted.createdBy,
    };
    await transaction.insert(threadMessages).values(message);
    return message;
  });
}

/** Oldest first. The thread must be one that {@link findThread} has found for the caller. */
export function listThreadMessages(
  orm: Orm,
  thread: Thread,
  { limit, after }: { limit: number; after: string | null },
): Promise<ThreadMessage[]> {
  return orm
    .select()
    .from(threadMessages)
    .where(and(eq(threadMessages.threadId, thread.id), after === null ? undefined : gt(threadMessages.id, after)))
    .orderBy(asc(threadMessages.id))
    .limit(limit);
}

function ofOrganization(organizationId: string, id: string) {
  return and(eq(threads.organizationId, organizationId), eq(threads.id, id));
}
