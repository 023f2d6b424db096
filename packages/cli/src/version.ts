// The version of the command line, as its package says.
import packageJson from '../package.json' with { type: 'json' };

export const VERSION: string = packageJson.version;

/** By which keys tell what they were last used from. */
export const USER_AGENT = `sazabi-cli/${VERSION}`;
