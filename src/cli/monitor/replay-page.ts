import { elementAt } from '../../core/element-at.ts';
import { textBar } from '../../monitor/alerts/message/histogram-bars.ts';
import { binNames } from '../../monitor/reference/bin-names.ts';
import { type FeatureProfile, watchedInputs } from '../../monitor/reference/reference-profile.ts';
import type { FileReplayResult, ReportedAlarm } from '../../monitor/replay/replay-files.ts';
import { baselineSummary } from '../../monitor/replay/replay-summary.ts';
import { countText } from '../../text/count.ts';
import { grouped } from '../../text/numbers.ts';
import { percent } from '../../text/percent.ts';
import { truncate } from '../../text/truncate.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { styled } from '../output/terminal.ts';

/** Alarms of which distributions are drawn. */
const DRAWN_MAX = 20;
const BAR = 20;
/** Bins without so much of either distribution are not drawn. */
const SHARE_MIN = 0.005;

/** What fired, when and why, with both distributions. */
export function replayPage({ report, profile }: FileReplayResult): string {
  const head = `${countText(report.rows, 'row')}, ${countText(report.features, 'feature')}: ${report.summary}`;
  const features = new Map(
    [...watchedInputs(profile), ...profile.outputs].map((feature) => [feature.name, feature] as const),
  );
  const blocks = report.alarms.map((alarm, i) => alarmBlock(alarm, features, i < DRAWN_MAX));
  const quality = report.quality.map(({ kind, sentence }) => `  ${kind}: ${printable(sentence)}`);
  const damage = quality.length === 0 ? [] : [['Quality of the rows:', ...quality].join('\n')];
  return [head, ...blocks, ...damage, baselineSummary(report.baselines)].join('\n\n');
}

function alarmBlock(
  alarm: ReportedAlarm,
  features: ReadonlyMap<string, FeatureProfile>,
  drawn: boolean,
): string {
  const at = alarm.time === null ? '' : ` (${alarm.time})`;
  const until = alarm.resolved === null ? 'not resolved' : `resolved at row ${grouped(alarm.resolved)}`;
  const title = `${styled('bold', printable(alarm.feature ?? 'several features'))} ${alarm.kind} at row ${grouped(alarm.row)}${at}, ${until}`;
  const lines = [title, `  ${printable(alarm.sentence)}`];
  const feature = alarm.feature === null ? undefined : features.get(alarm.feature);
  if (drawn && feature !== undefined) lines.push(bars(feature, alarm.reference, alarm.current));
  return lines.join('\n');
}

/** A line a bin: its name, the bar and share of the reference, those of the window. */
function bars(feature: FeatureProfile, reference: readonly number[], current: readonly number[]): string {
  const before = sharesOf(reference);
  const after = sharesOf(current);
  const most = Math.max(...before, ...after);
  const rows = binNames(feature).flatMap((name, k) => {
    const [p, q] = [elementAt(before, k), elementAt(after, k)];
    if (p < SHARE_MIN && q < SHARE_MIN) return [];
    return [
      [truncate(printable(name), 24), textBar(p / most, BAR), percent(p), textBar(q / most, BAR), percent(q)],
    ];
  });
  return formatTable([['', 'reference', '', 'now', ''], ...rows], '    ');
}

function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, n) => sum + n, 0);
  return counts.map((n) => (total === 0 ? 0 : n / total));
}
