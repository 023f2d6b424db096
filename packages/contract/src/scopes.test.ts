import { describe, expect, it } from 'vitest';
import { holdsScope, SCOPE_PRESETS } from './scopes.ts';

describe('scopes', () => {
  it('admin holds every scope, others only their own', () => {
    expect(holdsScope(['admin'], 'keys:write')).toBe(true);
    expect(holdsScope(['keys:read'], 'keys:write')).toBe(false);
    expect(holdsScope(['keys:read'], 'keys:read')).toBe(true);
  });

  it('presets grow from read to write and never hold admin by accident', () => {
    for (const scope of SCOPE_PRESETS.read) expect(SCOPE_PRESETS.write).toContain(scope);
    expect(SCOPE_PRESETS.write).not.toContain('admin');
  });
});
