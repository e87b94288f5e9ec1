import { Link } from './link.tsx';
import { hrefOf } from './location.ts';

/** The way to what belongs to an endpoint. */
export const Trail = ({ endpoint }: { readonly endpoint: string }) => (
  <>
    <Link href={hrefOf()}>Endpoints</Link> / <Link href={hrefOf('endpoints', endpoint)}>{endpoint}</Link>
  </>
);

/** The way to what belongs to a model. */
export const ModelTrail = ({ model }: { readonly model: string }) => (
  <>
    <Link href={hrefOf('models')}>Models</Link> / <Link href={hrefOf('models', model)}>{model}</Link>
  </>
);
