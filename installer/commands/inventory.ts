import { inventoryProgram } from "#playbooks/engine/command-line/inventory.ts";
import { INVENTORY_OPTIONS } from "#playbooks/engine/command-line/option-table.ts";
import { programFlags } from "../reports/program-flags.ts";
import { ProgramCommand } from "./base.ts";

export default class Inventory extends ProgramCommand {
  static override summary = "Show what an Ansible inventory says, as ansible-inventory would.";
  static override description =
    `Reads every kind of source that ansible-core reads by itself: YAML, INI, JSON, executable scripts, folders of those, hosts
with commas between, constructed and generator configurations, with group_vars and host_vars beside them. What it prints is
what ansible-inventory prints.

Exit status: 0; 1 when an inventory cannot be used, 4 when a file is wrong, 5 when the call makes no sense.`;
  static override examples = [
    { description: "Everything, for programs", command: "<%= config.bin %> inventory -i hosts.yml --list" },
    {
      description: "What one host ends up with",
      command: "<%= config.bin %> inventory -i hosts.yml --host web1 --yaml",
    },
    {
      description: "The tree of one group, with variables",
      command: "<%= config.bin %> inventory -i hosts.yml --graph web --vars",
    },
  ];
  static override usage = "inventory --list|--host HOST|--graph [GROUP] [OPTIONS]";
  static override flags = programFlags(INVENTORY_OPTIONS);

  protected readonly program = inventoryProgram;
}
