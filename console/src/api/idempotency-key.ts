/** A name that no other change has. `randomUUID` is there over TLS and on the machine itself alone, this is everywhere. */
export const idempotencyKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
