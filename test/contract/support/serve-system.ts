// The shared system in a process of its own, as vitest's set-up is run by a loader that resolves no modules for it.
import { startSystem } from '../../support/system.ts';

const system = await startSystem({ environment: JSON.parse(process.argv[2] ?? '{}') });
process.once('disconnect', () => void system.stop());
const { intakeUrl, apiUrl, internalUrl, internalToken, dataDir, environment } = system;
process.send?.({
  intakeUrl,
  apiUrl,
  internalUrl,
  internalToken,
  dataDir,
  internalPorts: [environment.INTERNAL_PORT, environment.INTAKE_INTERNAL_PORT, environment.CONSUMER_INTERNAL_PORT],
});
