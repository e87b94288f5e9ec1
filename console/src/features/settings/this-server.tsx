import { useInfo, useOperation } from '../../api/queries.ts';
import { momentWords } from '../../facts/times.ts';
import { bytesWords, durationWords, plural, shareWords } from '../../facts/words.ts';
import { Panel } from '../../ui/panel.tsx';

const SLOW_MILLIS = 30_000;

const ACCESS_WORDS: Readonly<Record<string, string>> = {
  local: 'programs of its owner on its machine, and keys from elsewhere',
  keys: 'whoever brings a key',
  insecure: 'whoever reaches its address may ask for predictions',
  platform: 'whom the platform lets in that has started it',
};

/** What it is made of, how much room it has, what it limits. */
export function ThisServer() {
  const query = useOperation('GET /api/v1/server', {}, { every: SLOW_MILLIS });
  const { data: info } = useInfo();
  return (
    <Panel title="This server" query={query}>
      {({ version, node, platform, startedAt, copies, store, watchesFolder, disk, limits }) => (
        <dl className="panel-body server-facts">
          <Fact name="Release" text={`Plimsoll ${version}, Node ${node}, ${platform}`} />
          <Fact
            name="Runs"
            text={`for ${durationWords(Date.now() - startedAt)}, since ${momentWords(startedAt)}, ${plural(copies, 'process', 'processes')} ${copies === 1 ? 'serves' : 'serve'}`}
          />
          <Fact name="Lets in" text={ACCESS_WORDS[info?.access ?? ''] ?? ''} />
          <Fact
            name="Store"
            text={store === 'sqlite' ? 'SQLite in its data folder' : 'PostgreSQL, which servers may share'}
          />
          <Fact
            name="Disk of the data folder"
            text={`${bytesWords(disk.free)} free of ${bytesWords(disk.total)} (${shareWords(disk.free / Math.max(1, disk.total))})`}
          />
          <Fact
            name="Uploads of a key"
            text={`${limits.uploadsPerDay} and ${bytesWords(limits.uploadBytesPerDay)} a day, as long as ${shareWords(limits.diskReserve)} of the disk stay free`}
          />
          <Fact
            name="Requests of a key or an address"
            text={
              limits.perSecond === null
                ? 'not limited'
                : `${limits.perSecond} a second, ${limits.burst ?? limits.perSecond} at once, in each process`
            }
          />
          {watchesFolder && <Fact name="Watches" text="a folder whose new files become versions" />}
        </dl>
      )}
    </Panel>
  );
}

const Fact = ({ name, text }: { readonly name: string; readonly text: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{text}</dd>
  </div>
);
