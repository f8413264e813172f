import { makeCredentials } from "./make-credentials/phase.ts";
import type { Phase } from "./phase.ts";
import { provisionAgents } from "./provision-agents/phase.ts";
import { provisionBaseline } from "./provision-baseline/phase.ts";
import { provisionControlPlane } from "./provision-control-plane/phase.ts";
import { registerNodes } from "./register-nodes/phase.ts";
import { renderFiles } from "./render-files/phase.ts";
import { verifySite } from "./verify-site/phase.ts";
import { writeInventory } from "./write-inventory/phase.ts";

/** What an apply does, in this order. */
export const installPlan: readonly Phase[] = [
  makeCredentials,
  renderFiles,
  writeInventory,
  provisionBaseline,
  provisionControlPlane,
  registerNodes,
  provisionAgents,
  verifySite,
];
