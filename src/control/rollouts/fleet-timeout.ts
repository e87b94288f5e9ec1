import { PlimsollError } from '../../core/errors.ts';

/** What `work` comes to, or FLEET_SLOW after `millis`; the work itself goes on. */
export async function withFleetTimeout<T>(millis: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PlimsollError('FLEET_SLOW', { limit: millis })), millis);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
