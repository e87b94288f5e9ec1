import { Link } from './link.tsx';
import { hrefOf } from './location.ts';

/** The way to what belongs to an endpoint. */
export const Trail = ({ endpoint }: { readonly endpoint: string }) => (
  <>
    <Link href={hrefOf()}>Endpoints</Link> / <Link href={hrefOf('endpoints', endpoint)}>{endpoint}</Link>
  </>
);
