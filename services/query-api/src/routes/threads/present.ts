// A thread and a message as the API shows them.
import type { ThreadAnswer, ThreadMessageAnswer } from '@sazabi/contract/schemas';
import type { Thread, ThreadMessage } from '@sazabi/control-db';

export function presentThread(thread: Thread): ThreadAnswer {
  return {
    id: thread.id,
    title: thread.title,
    status: thread.status,
    query: thread.query,
    messageCount: thread.messageCount,
    createdAt: thread.createdAt.toISOString(),
    createdBy: thread.createdBy,
    updatedAt: thread.updatedAt.toISOString(),
  };
}

export function presentThreadMessage(message: ThreadMessage): ThreadMessageAnswer {
  return {
    id: message.id,
    body: message.body,
    logIds: message.logIds,
    createdAt: message.createdAt.toISOString(),
    createdBy: message.createdBy,
  };
}
