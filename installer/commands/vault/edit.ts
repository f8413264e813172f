import { VAULT_OPTIONS } from "#playbooks/engine/command-line/option-table.ts";
import { vaultAction } from "#playbooks/engine/command-line/vault.ts";
import { programFlags } from "../../reports/program-flags.ts";
import { ProgramCommand } from "../base.ts";

export default class VaultEdit extends ProgramCommand {
  static override summary = "Edit encrypted files.";
  static override description = "Takes the options and settings of ansible-vault; what either writes, the other reads.";
  static override examples = ["<%= config.bin %> vault edit secrets.yml --vault-password-file pw"];
  static override usage = "vault edit FILE... [OPTIONS]";
  static override flags = programFlags(VAULT_OPTIONS["edit"] ?? []);

  protected readonly program = vaultAction("edit");
}
