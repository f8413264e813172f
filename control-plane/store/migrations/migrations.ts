/** Turns a state of one schema version into the next one's. Pure; must accept everything that version ever wrote. */
export interface Migration {
  readonly from: number;
  readonly migrate: (state: unknown) => unknown;
}

/** In order of `from`, without gaps, up to the version before the current one. */
export const migrations: readonly Migration[] = [
  // 2 says what a used token was used for; of tokens used before nobody knows, so they answer nothing more.
  { from: 1, migrate: (state) => state },
];

/** `body` brought from `version` to `current`. Throws when a step is missing. */
export function migrateState(
  body: unknown,
  version: number,
  current: number,
  steps: readonly Migration[] = migrations,
): unknown {
  let migrated = body;
  for (let at = version; at < current; at++) {
    const step = steps.find((candidate) => candidate.from === at);
    if (step === undefined) throw new Error(`no migration leads from schema ${at} to ${at + 1}`);
    migrated = step.migrate(migrated);
  }
  return migrated;
}
