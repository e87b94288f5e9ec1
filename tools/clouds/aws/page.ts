import { validation } from './aws-error.ts';

interface Listing {
  readonly NameContains?: string | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/** One page of names; the token is the place where the next begins. */
export function pageOf<T>(
  all: readonly T[],
  name: (item: T) => string,
  listing: Listing,
): { page: readonly T[]; NextToken?: string } {
  const { NameContains, NextToken, MaxResults = 10 } = listing;
  const matching = all.filter((item) => NameContains === undefined || name(item).includes(NameContains));
  const start = Number(NextToken ?? 0);
  if (!Number.isInteger(start)) throw validation('The pagination token is invalid.');
  const page = matching.slice(start, start + MaxResults);
  const more = start + MaxResults < matching.length;
  return { page, ...(more ? { NextToken: String(start + MaxResults) } : {}) };
}
