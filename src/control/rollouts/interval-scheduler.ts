import { guarded } from '../../core/guarded.ts';

/** Repeats work every `millis`, never two at a time; answers what ends it, which waits for the work under way. */
export type IntervalScheduler = (millis: number, work: () => Promise<void>) => () => Promise<void>;

/** By the clock of the process; it does not keep the process alive. */
export const everyMillis: IntervalScheduler = (millis, work) => {
  let isEnded = false;
  let underWay: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const next = (): void => {
    timer = setTimeout(() => {
      underWay = guarded(work)().finally(() => {
        if (!isEnded) next();
      });
    }, millis);
    timer.unref();
  };
  next();
  return async () => {
    isEnded = true;
    clearTimeout(timer);
    await underWay;
  };
};
