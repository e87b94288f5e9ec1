import { useEffect, useRef, useState } from 'react';
import { useQuality } from '../../api/queries.ts';
import { UNKNOWN } from '../../facts/words.ts';

/** Of the newest labels, else as it is estimated without them; asked for once the row is in sight. */
export function Accuracy({
  endpoint,
  isWatched,
}: {
  readonly endpoint: string;
  readonly isWatched: boolean;
}) {
  const [isSeen, setSeen] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setSeen(true));
    if (place.current !== null) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  const { data } = useQuality(endpoint, isSeen && isWatched);
  const realised = data?.cohorts.find((one) => one.realised !== null);
  const estimated = data?.cohorts.find((one) => one.estimate !== null);
  const shown = realised?.realised ?? estimated?.estimate ?? null;
  const metric = (realised ?? estimated)?.metric;
  if (shown === null || shown === undefined)
    return (
      <span ref={place} className="faint">
        {data === undefined && isWatched && isSeen ? UNKNOWN : 'No labels'}
      </span>
    );
  return (
    <span ref={place} title={`${metric}: ${shown.lower.toFixed(3)} to ${shown.upper.toFixed(3)}`}>
      {shown.value.toFixed(3)} <small>{realised === undefined ? `${metric}, estimated` : metric}</small>
    </span>
  );
}
