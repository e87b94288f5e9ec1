/** The first answers are not to wait for a collection, in milliseconds. */
const AFTER_MILLIS = 1500;

/** Keeps the heap of this process small once it is up; what does it is loaded then. Answers what ends it. */
export function keepingHeapSmall(): () => void {
  let end = (): void => undefined;
  const timer = setTimeout(async () => {
    const { keepHeapSmall } = await import('../process/heap.ts');
    end = keepHeapSmall();
  }, AFTER_MILLIS).unref();
  return () => {
    clearTimeout(timer);
    end();
  };
}
