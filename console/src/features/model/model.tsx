import { useEndpoints, useMay, useOperation } from '../../api/queries.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Version } from './version.tsx';
import { versionsWords } from './version-words.ts';

/** The versions of a model, newest first: how each was proved, and where it answers. */
export function Model({ name }: { readonly name: string }) {
  const query = useOperation('GET /api/v1/models/{model}/versions', {
    path: { model: name },
    query: { limit: 100 },
  });
  const endpoints = useEndpoints();
  const { data } = query;
  const may = useMay();
  return (
    <main id="main">
      <PageHead
        trail={<Link href={hrefOf('models')}>Models</Link>}
        title={`Versions of ${name}`}
        actions={
          may('POST /api/v1/models/{model}/versions') && (
            <Link className="button" href={`${hrefOf('upload')}?${new URLSearchParams({ model: name })}`}>
              Upload a version
            </Link>
          )
        }
        sentence={data === undefined ? '' : versionsWords(data)}
      />
      <Panel
        title="Versions"
        query={query}
        empty={({ items }) => (items.length === 0 ? 'No version has been sent yet.' : null)}
      >
        {({ items }) => (
          <ol className="versions">
            {items.map((version) => (
              <Version key={version.version} version={version} endpoints={endpoints.data ?? []} />
            ))}
          </ol>
        )}
      </Panel>
    </main>
  );
}
