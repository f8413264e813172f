import { writeInventory as writeInventoryFiles } from "#inventory/site-directory/ansible-inventory.ts";
import type { Phase } from "../phase.ts";
import { everyNode } from "../plan-nodes.ts";
import { sharesKernel } from "../render-files/shares-kernel.ts";

/** Writes the site's Ansible inventory out of the plan, usable as is by ansible-playbook. */
export const writeInventory: Phase = {
  name: "write-inventory",
  title: "Inventory of the site",
  destructive: false,
  secondsPerHost: 0,
  needs: [],
  nodes: everyNode,
  async run({ site, plan, answers, inventory }) {
    const allFacts = await site.readFacts();
    const hosts: Record<string, Record<string, unknown>> = {};
    for (const node of plan.nodes) {
      const facts = allFacts.find((one) => one.address === node.address);
      hosts[node.name] = { bdap_address: node.address, bdap_shares_kernel: sharesKernel(facts) };
    }
    return { hosts: {}, changed: (await writeInventoryFiles(inventory, plan, answers, { hosts })).length > 0 };
  },
};
