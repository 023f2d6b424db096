// Waiting for something that may never come, until the bus closes.

/** What the promise resolves to, or null as soon as `closing` aborts. */
export function orClosed<T>(promise: Promise<T>, closing: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const closed = () => resolve(null);
    if (closing.aborted) return closed();
    closing.addEventListener('abort', closed, { once: true });
    promise.then(resolve, reject).finally(() => closing.removeEventListener('abort', closed));
  });
}
