import { adhocProgram } from "#playbooks/engine/command-line/adhoc.ts";
import { ADHOC_OPTIONS, OWN_OPTIONS } from "#playbooks/engine/command-line/option-table.ts";
import { programFlags } from "../reports/program-flags.ts";
import { ProgramCommand } from "./base.ts";

export default class Adhoc extends ProgramCommand {
  static override summary = "Run one task on hosts, as ansible would.";
  static override description =
    `Takes the options, the settings (ansible.cfg, ANSIBLE_* variables) and the inventories of ansible, and prints and
exits as it does.

Exit status: 0 when all is well, 2 when a host failed, 4 when one could not be reached, 1 and 5 when the call cannot be
served as written.`;
  static override examples = [
    { description: "Are they there?", command: "<%= config.bin %> adhoc all -i hosts.yml -m ping" },
    {
      description: "How full are the disks?",
      command: "<%= config.bin %> adhoc 'storage:!st3' -i hosts.yml -a 'df -h'",
    },
  ];
  static override usage = "adhoc PATTERN [OPTIONS]";
  static override flags = programFlags([...ADHOC_OPTIONS, ...OWN_OPTIONS]);

  protected readonly program = adhocProgram;
}
