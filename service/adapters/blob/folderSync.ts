import fs from "node:fs/promises";

/**
 * Puts the entries of a folder on the disk. Callers that come while a sync runs share the next one: the one that runs may
 * have begun before their entry was there.
 */
export function folderSync(): (folder: string) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();

  const start = (folder: string): Promise<void> => {
    const sync = syncNow(folder).finally(() => running.delete(folder));
    running.set(folder, sync);
    return sync;
  };
  const startNext = async (folder: string, current: Promise<void>): Promise<void> => {
    await current.catch(() => undefined);
    waiting.delete(folder);
    await start(folder);
  };
  return (folder) => {
    const current = running.get(folder);
    if (current === undefined) return start(folder);
    const next = waiting.get(folder) ?? startNext(folder, current);
    waiting.set(folder, next);
    return next;
  };
}

async function syncNow(folder: string): Promise<void> {
  const handle = await fs.open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
