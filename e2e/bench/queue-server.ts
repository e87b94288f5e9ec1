import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A server that works on one request after the other, `millis` each: 1000 / millis a second are the most that it takes. `tell` hears how long
 * each took, in milliseconds.
 */
export function queueServer(millis: number, tell: (took: number) => void = () => undefined): RequestListener {
  let last: Promise<unknown> = Promise.resolve();
  const work = async (): Promise<void> => {
    const began = performance.now();
    await sleep(millis);
    tell(performance.now() - began);
  };
  return (request, response) => {
    request.resume();
    if (request.method !== 'POST') return void response.writeHead(404).end();
    last = last.then(work).then(() => response.end('{}'));
  };
}
