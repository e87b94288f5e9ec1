import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client.ts';
import { Button } from './button.tsx';

export interface PanelProps<T> {
  readonly title: string;
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch' | 'dataUpdatedAt'>;
  /** What is said where there is nothing to show; null where there is something. */
  readonly empty?: (data: T) => ReactNode;
  readonly actions?: ReactNode;
  /** What is asked for: it is there whatever the answer is. */
  readonly toolbar?: ReactNode;
  readonly children: (data: T) => ReactNode;
}

/** A part of a page with each of its states: loading, failed, empty, shown, and shown though it is no longer new. */
export function Panel<T>({ title, query, empty, actions, toolbar, children }: PanelProps<T>) {
  const { data, error } = query;
  const nothing = data === undefined ? null : (empty?.(data) ?? null);
  return (
    <section className="panel" aria-label={title}>
      <header className="panel-head">
        <h2>{title}</h2>
        {data !== undefined && error !== null && <Stale since={query.dataUpdatedAt} error={error} />}
        {actions}
      </header>
      {toolbar && <div className="toolbar">{toolbar}</div>}
      {data === undefined && error === null && <Loading />}
      {data === undefined && error !== null && <Failed error={error} onRetry={() => void query.refetch()} />}
      {data !== undefined && (nothing === null ? children(data) : <p className="empty">{nothing}</p>)}
    </section>
  );
}

const Loading = () => (
  <div className="loading" role="status">
    <span className="unseen">Loading</span>
    <i />
    <i />
    <i />
  </div>
);

function Stale({ since, error }: { readonly since: number; readonly error: Error }) {
  const at = new Date(since).toLocaleTimeString('en-GB');
  return (
    <span className="stale" role="status" title={error.message}>
      Not new: as of {at}
    </span>
  );
}

export function Failed({ error, onRetry }: { readonly error: Error; readonly onRetry?: () => void }) {
  const [code, hint] = error instanceof ApiError ? [error.code, error.hint] : ['FAILED', ''];
  return (
    <div className="failed" role="alert">
      <p>
        <strong>{error.message}</strong>
        {hint !== '' && <span>{hint}</span>}
      </p>
      <code>{code}</code>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
