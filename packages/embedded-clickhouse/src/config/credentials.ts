// The engine's two users: `app` writes and migrates, `reader` selects under limits.
import { createHash, randomBytes } from 'node:crypto';

export interface EngineCredentials {
  readonly appPassword: string;
  readonly readerPassword: string;
}

export type EngineUser = 'app' | 'reader';

/** New passwords of 192 random bits. */
export function randomCredentials(): EngineCredentials {
  const password = () => randomBytes(24).toString('base64url');
  return { appPassword: password(), readerPassword: password() };
}

/** The exact header value that the engine's handlers let in. */
export function basicAuthorization(user: EngineUser, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** As users.xml wants it (`password_sha256_hex`). */
export function passwordDigest(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}
