// Preloaded into a process under test (--import): collects garbage when asked over IPC, and tells its resident memory.

process.on('message', (message) => {
  if (message !== 'memory') return;
  globalThis.gc?.();
  process.send?.({ type: 'memory', rssBytes: process.memoryUsage.rss() });
});
