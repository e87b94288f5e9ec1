/** https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md: what cosign finds and verifies with a key. */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
