// An organization's settings as the API shows them.
import type { SettingsAnswer } from '@sazabi/contract/schemas';
import type { Settings } from '@sazabi/control-db';

export function presentSettings(settings: Settings): SettingsAnswer {
  return {
    name: settings.name,
    defaultRetentionDays: settings.defaultRetentionDays,
    defaultRateLimits: {
      publicKeys: settings.defaultPublicRateLimitPerMinute,
      secretKeys: settings.defaultSecretRateLimitPerMinute,
    },
  };
}
