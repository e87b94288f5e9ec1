/** Queues that have formulas: what simulated ones are held to. Times in multiples of the mean work of a job; `a` is the offered load. */

/** Probability that one waits in M/M/c (Erlang 1917; Gross and Harris, Fundamentals of Queueing Theory, eq. 2.33). */
function erlangC(servers: number, utilisation: number): number {
  const a = servers * utilisation;
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (a * blocked) / (k + a * blocked);
  return blocked / (1 - utilisation * (1 - blocked));
}

/** Mean wait in M/M/c (Gross and Harris, eq. 2.36). */
export const meanWaitMMc = (servers: number, utilisation: number): number =>
  erlangC(servers, utilisation) / (servers * (1 - utilisation));

/** Share of jobs that are longer than `time` from arrival to end in M/M/c (Gross and Harris, section 2.3: wait and work are independent). */
function tailMMc(servers: number, utilisation: number, time: number): number {
  const waits = erlangC(servers, utilisation);
  const drain = servers * (1 - utilisation);
  if (Math.abs(drain - 1) < 1e-9) return Math.exp(-time) * (1 + waits * time);
  const mixed = (drain * Math.exp(-time) - Math.exp(-drain * time)) / (drain - 1);
  return (1 - waits) * Math.exp(-time) + waits * mixed;
}

/** The time that a share `q` of jobs does not exceed in M/M/c. */
export function quantileMMc(servers: number, utilisation: number, q: number): number {
  let [low, high] = [0, 1e4];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (tailMMc(servers, utilisation, middle) > 1 - q) low = middle;
    else high = middle;
  }
  return low;
}

/** Mean wait in M/G/1 of work with squared coefficient of variation `cv2` (Pollaczek 1930, Khinchine 1932; Gross and Harris, eq. 5.11). */
export const meanWaitMG1 = (utilisation: number, cv2: number): number =>
  (utilisation * (1 + cv2)) / (2 * (1 - utilisation));

/**
 * Mean time from arrival to end in M/G/1 whose first job of a busy period takes `rested` times as long (Welch 1964, "On a generalized
 * M/G/1 queuing process in which the first customer of each busy period receives exceptional service"; Takagi, Queueing Analysis 1, 1991,
 * section 1.6), of work with squared coefficient of variation `cv2`.
 */
export function meanTimeRested(utilisation: number, cv2: number, rested: number): number {
  const [squared, left] = [1 + cv2, 1 - utilisation + utilisation * rested];
  const wait = meanWaitMG1(utilisation, cv2) + (utilisation * squared * (rested ** 2 - 1)) / (2 * left);
  const isFirst = (1 - utilisation) / left;
  return wait + 1 + isFirst * (rested - 1);
}

/** Share that waits longer than `time` in M/D/1 (Erlang 1909; Iversen, Teletraffic Engineering, eq. 10.19). */
export function waitTailMD1(utilisation: number, time: number): number {
  let sum = 0;
  let factorial = 1;
  for (let k = 0; k <= Math.floor(time); k++) {
    if (k > 0) factorial *= k;
    const x = utilisation * (k - time);
    sum += (x ** k / factorial) * Math.exp(-x);
  }
  return 1 - (1 - utilisation) * sum;
}

/**
 * Mean wait in M/D/c by Crommelin's states of the queue at moments one service apart (1932; Tijms, A First Course in Stochastic Models,
 * section 9.6.2): all who are in service leave in it, and a Poisson number comes.
 */
export function meanWaitMDc(servers: number, utilisation: number): number {
  const load = servers * utilisation;
  const size = 400;
  const poisson = new Float64Array(size);
  poisson[0] = Math.exp(-load);
  for (let k = 1; k < size; k++) poisson[k] = (poisson[k - 1]! * load) / k;
  let states = new Float64Array(size);
  states[0] = 1;
  for (let step = 0; step < 4000; step++) {
    const after = new Float64Array(size);
    for (let n = 0; n < size; n++) {
      const left = Math.max(0, n - servers);
      for (let k = 0; k < Math.min(80, size - left); k++) after[left + k]! += states[n]! * poisson[k]!;
    }
    const moved = after.reduce((sum, p, n) => sum + Math.abs(p - states[n]!), 0);
    states = after;
    if (moved < 1e-12) break;
  }
  const waiting = states.reduce((sum, p, n) => sum + p * Math.max(0, n - servers), 0);
  return waiting / load;
}

/** Mean wait in G/G/c by Allen and Cunneen (Allen, Probability, Statistics and Queueing Theory, 1990, section 5.3.5): an approximation. */
export const meanWaitGGc = (servers: number, utilisation: number, arrivals: number, work: number): number =>
  meanWaitMMc(servers, utilisation) * ((arrivals + work) / 2);

/**
 * Mean time in M/G/c where all share `servers` processors evenly: that of M/M/c, whatever the work is like (Cohen 1979, "The multiple
 * phase service network with generalized processor sharing").
 */
export const meanTimeShared = (servers: number, utilisation: number): number =>
  1 + meanWaitMMc(servers, utilisation);
