/** Who we are to Google: the credentials that its own tools find. */
import type { AuthClient } from 'google-auth-library';
import { messageOf } from '../../core/error-text.ts';
import { ApiError } from './failure.ts';

/** A way to Google, and the headers that say who asks. */
export interface GoogleAuthorization {
  readonly transporter: AuthClient['transporter'];
  readonly headers: Headers;
}

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * Signs a request for an address. Rejects with an ApiError without a code where there are no credentials, or none that are
 * taken; the next request looks for them again.
 */
export function signerOf(find: () => Promise<AuthClient>): (url: string) => Promise<GoogleAuthorization> {
  let found: Promise<AuthClient> | undefined;
  return async (url) => {
    try {
      found ??= find();
      const client = await found;
      return { transporter: client.transporter, headers: new Headers(await client.getRequestHeaders(url)) };
    } catch (error) {
      found = undefined;
      throw new ApiError(undefined, messageOf(error), error);
    }
  };
}

/** GOOGLE_APPLICATION_CREDENTIALS, those of `gcloud`, or the account of the machine. Without `projectId` it asks who knows it. */
export async function googleCredentials(projectId: string): Promise<AuthClient> {
  const { GoogleAuth } = (await import('google-auth-library')).default;
  return new GoogleAuth({ projectId, scopes: SCOPE }).getClient();
}

/** For a server of tests. */
export async function noCredentials(): Promise<AuthClient> {
  const { PassThroughClient } = (await import('google-auth-library')).default;
  return new PassThroughClient();
}
