import { VAULT_OPTIONS } from "#playbooks/engine/command-line/option-table.ts";
import { vaultAction } from "#playbooks/engine/command-line/vault.ts";
import { programFlags } from "../../reports/program-flags.ts";
import { ProgramCommand } from "../base.ts";

export default class VaultView extends ProgramCommand {
  static override summary = "Show encrypted files.";
  static override description = "Takes the options and settings of ansible-vault; what either writes, the other reads.";
  static override examples = ["<%= config.bin %> vault view secrets.yml"];
  static override usage = "vault view FILE... [OPTIONS]";
  static override flags = programFlags(VAULT_OPTIONS["view"] ?? []);

  protected readonly program = vaultAction("view");
}
