/** Which files of the log are to be put together: every row is written again a few times in its life, not more. Pure. */
import type { SegmentRow } from '../../store/monitoring/monitoring.ts';
import { parseSegmentPath, utcDay } from './log-paths.ts';

const KIB = 1024;
/** Files of one size before they become one of the next. */
const FEW = 16;
/** Files that are put together at once at most. */
const MANY = 256;
/** Largest file of the first size; each size is so many times the one before. */
const FIRST_BYTES = 64 * KIB;
const GROWTH = 8;
/** A file is not made larger than this. */
const LARGEST = 256 * KIB * KIB;
/** A day is over for good so long after its end, in milliseconds. */
const SETTLED_AFTER_MS = 3_600_000;

/**
 * Groups of segments, each to become one: of the same endpoint, day and shape; of about the same size while the day goes on,
 * all that is left when it is over.
 */
export function planCompaction(segments: readonly SegmentRow[], now: number): (readonly SegmentRow[])[] {
  const mergeable = new Map<string, { readonly day: string; readonly segments: SegmentRow[] }>();
  for (const segment of segments) {
    const parts = parseSegmentPath(segment.path);
    if (parts === null || segment.bytes >= LARGEST) continue;
    const key = `${parts.folder}/${parts.day}/${parts.version}/${parts.shape}`;
    const group = mergeable.get(key) ?? { day: parts.day, segments: [] };
    group.segments.push(segment);
    mergeable.set(key, group);
  }
  return [...mergeable.values()].flatMap(({ day, segments: group }) => {
    const sorted = group.toSorted((a, b) => a.from - b.from || (a.path < b.path ? -1 : 1));
    const isOver = utcDay(now - SETTLED_AFTER_MS) > day;
    return (isOver ? [sorted] : bySize(sorted)).flatMap((candidates) => cut(candidates, isOver ? 2 : FEW));
  });
}

function bySize(segments: readonly SegmentRow[]): SegmentRow[][] {
  const sizes = new Map<number, SegmentRow[]>();
  for (const segment of segments) {
    const size = Math.max(0, Math.ceil(Math.log(segment.bytes / FIRST_BYTES) / Math.log(GROWTH)));
    sizes.set(size, [...(sizes.get(size) ?? []), segment]);
  }
  return [...sizes.values()];
}

/** Neighbours in time, as many as make one file that is not too large. */
function cut(segments: readonly SegmentRow[], least: number): SegmentRow[][] {
  const groups: SegmentRow[][] = [];
  let group: SegmentRow[] = [];
  let bytes = 0;
  for (const segment of segments) {
    if (group.length === MANY || bytes + segment.bytes > LARGEST) {
      groups.push(group);
      group = [];
      bytes = 0;
    }
    group.push(segment);
    bytes += segment.bytes;
  }
  return [...groups, group].filter(({ length }) => length >= least);
}
