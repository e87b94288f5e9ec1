/** The share of its cases that a random suite draws; `npm run test:long` draws all of them. */
const SHARE = process.env['PLIMSOLL_CASES'] === 'all' ? 1 : 0.1;

/** How many cases a random suite draws of the number that it has in full: the one place that decides it. */
export const runs = (all: number): number => Math.ceil(SHARE * all);
