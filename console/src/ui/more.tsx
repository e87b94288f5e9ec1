import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { Button } from './button.tsx';

interface MoreProps {
  readonly query: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
  /** What there is more of: `Earlier rollouts`. */
  readonly text: string;
}

/** The way to the next part of a long list, while there is one. */
export const More = ({ query, text }: MoreProps) =>
  query.hasNextPage && (
    <p className="more">
      <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
        {text}
      </Button>
    </p>
  );
