/**
 * Work for a timer, which must not end the process: a callback that throws, or rejects with nobody to hear it, would. A
 * process that is short of descriptors or memory (EMFILE, ENOMEM) misses one round, says so, and goes on with the next.
 */
export const guarded =
  (work: () => unknown, failed: (error: unknown) => void = warn): (() => Promise<void>) =>
  async () => {
    try {
      await work();
    } catch (error) {
      failed(error);
    }
  };

const warn = (error: unknown): void => process.emitWarning(error instanceof Error ? error : String(error));
