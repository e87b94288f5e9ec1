import { validation } from './aws-error.ts';

interface Listing {
  readonly NameContains?: string | undefined;
  readonly StatusEquals?: string | undefined;
  readonly SortBy?: string | undefined;
  readonly SortOrder?: string | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/** What lists are chosen and sorted by. */
interface Listed {
  readonly name: string;
  readonly created: Date;
  readonly status?: string;
}

/** One page, the newest first where nothing else is asked; the token is the place where the next begins. */
export function pageOf<T>(
  all: readonly T[],
  about: (item: T) => Listed,
  listing: Listing,
): { page: readonly T[]; NextToken?: string } {
  const { NameContains: part, StatusEquals, NextToken, MaxResults = 10 } = listing;
  const matching = all
    .map((item) => ({ item, ...about(item) }))
    .filter(({ name }) => part === undefined || name.toLowerCase().includes(part.toLowerCase()))
    .filter(({ status }) => StatusEquals === undefined || status === StatusEquals)
    .sort(orderOf(listing));
  const start = Number(NextToken ?? 0);
  if (!Number.isInteger(start)) throw validation('The pagination token is invalid.');
  const page = matching.slice(start, start + MaxResults).map(({ item }) => item);
  const more = start + MaxResults < matching.length;
  return { page, ...(more ? { NextToken: String(start + MaxResults) } : {}) };
}

function orderOf({ SortBy = 'CreationTime', SortOrder = 'Descending' }: Listing) {
  const up = SortOrder === 'Ascending' ? 1 : -1;
  const key = ({ name, created, status = '' }: Listed) =>
    SortBy === 'Name' ? name : SortBy === 'Status' ? status : created.getTime();
  return (a: Listed, b: Listed): number => (key(a) === key(b) ? 0 : key(a) < key(b) ? -up : up);
}
