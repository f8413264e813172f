import type { Phase } from "../phase.ts";
import { missingCredentials } from "./credentials.ts";

/** Makes the site's certificate authority and the control plane's and operator's certificates; keeps them in the vault. */
export const makeCredentials: Phase = {
  name: "make-credentials",
  title: "Certificate authority and certificates in the site's vault",
  destructive: false,
  secondsPerHost: 0,
  needs: [],
  nodes: () => [],
  async run({ site, plan, clock, credentials, options }) {
    const made = await missingCredentials(credentials.entries, plan, clock);
    const changed = Object.keys(made).length > 0;
    if (changed && !options.check) await site.vault.set(made);
    credentials.add(made);
    return { hosts: {}, changed };
  },
};
