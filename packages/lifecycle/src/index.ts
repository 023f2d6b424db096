// How a service lives: environment, logger, metrics, the operator's port, start and stop.
export * from './bus-settings.ts';
export * from './cluster-settings.ts';
export * from './describe-error.ts';
export * from './folder-lock.ts';
export * from './free-port.ts';
export * from './internal-server.ts';
export * from './logger.ts';
export * from './metrics.ts';
export * from './parse-environment.ts';
export * from './run-main.ts';
export * from './settings.ts';
export * from './startup-error.ts';
