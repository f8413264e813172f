import { OWN_OPTIONS, PLAYBOOK_OPTIONS } from "#playbooks/engine/command-line/option-table.ts";
import { playbookProgram } from "#playbooks/engine/command-line/playbook.ts";
import { programFlags } from "../reports/program-flags.ts";
import { ProgramCommand } from "./base.ts";

export default class Playbook extends ProgramCommand {
  static override summary = "Run Ansible playbooks, as ansible-playbook would.";
  static override description =
    `Takes the options, the settings (ansible.cfg, ANSIBLE_* variables) and the inventories of ansible-playbook,
and prints and exits as it does; nothing else is needed on this machine, and hosts need no Python for the modules bdap has.

Exit status: 0 when all is well, 2 when a host failed, 4 when one could not be reached or a file is wrong, 1 and 5 when the
call cannot be served as written.`;
  static override examples = [
    { description: "What would change", command: "<%= config.bin %> playbook -i hosts.yml site.yml --check --diff" },
    {
      description: "Two groups, one variable",
      command: "<%= config.bin %> playbook -i hosts.yml -l web:db -e release=42 site.yml",
    },
  ];
  static override usage = "playbook FILE... [OPTIONS]";
  static override flags = programFlags([...PLAYBOOK_OPTIONS, ...OWN_OPTIONS]);

  protected readonly program = playbookProgram;
}
