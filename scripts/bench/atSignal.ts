const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Cleans up before a signal ends this process. @returns to call when nothing is left to be cleaned up */
export function atSignal(clean: () => void | Promise<void>): () => void {
  const forget = (): void => {
    for (const signal of SIGNALS) process.off(signal, begin);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    try {
      await clean();
    } finally {
      process.kill(process.pid, signal);
    }
  };
  const begin = (signal: NodeJS.Signals): void => {
    forget();
    void end(signal);
  };
  for (const signal of SIGNALS) process.on(signal, begin);
  return forget;
}
