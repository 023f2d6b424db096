// Scopes of secret keys, their presets, and who may hand out what.

export const SCOPES = [
  'logs:read',
  'usage:read',
  'projects:read',
  'projects:write',
  'keys:read',
  'keys:write',
  'threads:read',
  'threads:write',
  'settings:read',
  'settings:write',
  'admin',
] as const;

export type Scope = (typeof SCOPES)[number];

/** Named sets of scopes: Read = every `:read`; Write = Read and every `:write`; Admin = everything. */
export const SCOPE_PRESETS = {
  read: SCOPES.filter((scope) => scope.endsWith(':read')),
  write: SCOPES.filter((scope) => scope !== 'admin'),
  admin: ['admin'],
} as const satisfies Record<string, readonly Scope[]>;

/** Whether a key with `held` may do what `required` names; `admin` holds every scope. */
export function holdsScope(held: readonly Scope[], required: Scope): boolean {
  return held.includes('admin') || held.includes(required);
}
