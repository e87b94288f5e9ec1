import { agoWords, momentWords } from '../facts/times.ts';

/** A time in milliseconds since the epoch: how long ago it was, and when on pointing at it. */
export const Moment = ({ at }: { readonly at: number }) => (
  <time dateTime={new Date(at).toISOString()} title={momentWords(at)} className="moment">
    {agoWords(at, Date.now())}
  </time>
);
