// The version of this service, as its package says.
import packageJson from '../package.json' with { type: 'json' };

export const VERSION: string = packageJson.version;
